-- Gives the session the passwords of the role kith ($1) and of the superuser kith_admin ($2), for the files beside this
-- one: a statement about a role takes no parameters.
SELECT set_config('kith.password', $1, false), set_config('kith.admin_password', $2, false);
