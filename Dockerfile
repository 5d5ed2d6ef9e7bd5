# The static programs, and nothing else. The paths and the default mode are those of the image
# crossbario/autobahn-testsuite: /config has the spec files, /reports takes the results, and
# without a command it serves the cases to clients at port 9001.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
ARG TARGETARCH
RUN set -eu; \
    case "$TARGETARCH" in arm64) triple=aarch64 ;; *) triple=x86_64 ;; esac; \
    triple="$triple-unknown-linux-gnu"; \
    RUSTFLAGS='-C target-feature=+crt-static' \
      cargo build --locked --release --package wscheck --bins --target "$triple"; \
    docker/root "target/$triple/release" /root-of-image

FROM scratch
COPY --from=build /root-of-image /
ENV PATH=/usr/local/bin WSTEST_HOST=0.0.0.0
WORKDIR /
VOLUME /config
VOLUME /reports
EXPOSE 8080 9001
CMD ["/usr/local/bin/wstest", "--mode", "fuzzingserver", "--spec", "/config/fuzzingserver.json"]
