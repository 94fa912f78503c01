#!/bin/sh
# Run once by the postgres image on an empty volume: one database a service, an owner role that migrates it,
# a limited role that works in it. Lines of the secret: "<role> <password>".
set -eu

while read -r role password; do
  psql -v ON_ERROR_STOP=1 -U postgres -v role="$role" -v password="$password" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
done </run/secrets/postgres_roles

for service in cases agencies notify gateway; do
  psql -v ON_ERROR_STOP=1 -U postgres -v db="tianwei_$service" -v owner="${service}_owner" -v app="${service}_app" <<'SQL'
CREATE DATABASE :"db" OWNER :"owner";
REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"db" TO :"app";
SQL
done
