# The images of docker-compose.yml: `kith` is the program, `neo4j` is Neo4j with Kith's compiled procedures.

FROM node:20.20.2-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven python3 python3-pip make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /kith
COPY . .
# The engines are other services, so setup leaves them out; of Neo4j only the procedures are made.
RUN KITH_NEO4J_URI=elsewhere KITH_POSTGRES_URL=elsewhere node scripts/setup.mjs
RUN node -e "import('./scripts/setup/neo4j.mjs').then(async (neo4j) => { await neo4j.fetchJars(); await neo4j.compileJava(); })"
RUN npm prune --omit=dev

FROM node:20.20.2-bookworm-slim AS kith
WORKDIR /kith
COPY --from=build /kith/node_modules node_modules
COPY --from=build /kith/dist dist
# The command compares the program with the sources that it was built from.
COPY package.json tsconfig.json ./
COPY bin bin
COPY scripts/setup/build.mjs scripts/setup/build.mjs
COPY src src
COPY sql sql
COPY cypher cypher
COPY spark spark
RUN install -d -o node -g node -m 700 /var/lib/kith
ENV NODE_ENV=production KITH_HOME=/var/lib/kith KITH_METRICS_PORT=9464
VOLUME /var/lib/kith
USER node
# Not npx, which does not pass signals on.
ENTRYPOINT ["node", "bin/kith.mjs"]
CMD ["worker"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.KITH_METRICS_PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

FROM neo4j:5.26.30-community AS neo4j
COPY --from=build --chown=7474:7474 /kith/engines/neo4j/plugin/kith-plugin.jar /var/lib/neo4j/plugins/
