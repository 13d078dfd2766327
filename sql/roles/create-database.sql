-- Kith's database, which belongs to its role.
CREATE DATABASE kith;
