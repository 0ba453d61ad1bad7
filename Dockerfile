# Builds and runs Deltapad. Everything it keeps is in /data.
#
#   docker build -t deltapad .
#   docker run -d -p 8080:8080 -v deltapad:/data -e PUBLIC_URL=https://pad.example.org deltapad
#
# Admin, backup, restore and doctor (README) are in it as well, without npm:
#
#   docker exec CONTAINER node dist/server/backup.js /data/backup-of-today

FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY build.mjs tsconfig.json ./
COPY core core
COPY client client
COPY server server
RUN node build.mjs

FROM node:20-slim
ENV HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY static static
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# Asks the process itself, so no other tool has to be in the image.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: the signal to stop must reach the server, which then finishes what it has taken.
CMD ["node", "--enable-source-maps", "dist/server/main.js"]
