// Which procedures of Kith's plugin the server has; an error without the plugin.
CALL kith.version() YIELD version
RETURN version
