//! From what the configuration means to what receivers and exporters are told.

use std::time::Duration;

use tollgate_config as config;
use tollgate_otlp::settings;

pub(crate) fn receiver(written: &config::OtlpReceiver) -> settings::Receiver {
    settings::Receiver {
        grpc: written.grpc.as_ref().map(grpc_server),
        http: written.http.as_ref().map(http_server),
    }
}

fn grpc_server(written: &config::GrpcServer) -> settings::GrpcServer {
    settings::GrpcServer {
        endpoint: written.endpoint.clone(),
        max_message_size: bytes(written.max_message_size),
        max_concurrent_streams: written.max_concurrent_streams,
        include_metadata: written.include_metadata,
        bounds: settings::Bounds::default(),
    }
}

fn http_server(written: &config::HttpServer) -> settings::HttpServer {
    let usual = settings::Bounds::default();
    settings::HttpServer {
        endpoint: written.endpoint.clone(),
        max_body_size: bytes(written.max_request_body_size),
        include_metadata: written.include_metadata,
        encodings: written
            .compression_algorithms
            .iter()
            .copied()
            .map(encoding)
            .collect(),
        logs_path: written.logs_url_path.clone(),
        traces_path: written.traces_url_path.clone(),
        metrics_path: written.metrics_url_path.clone(),
        response_headers: headers(&written.response_headers),
        keep_alive: written.keep_alives,
        bounds: settings::Bounds {
            header_time: written.read_header_timeout.unwrap_or(usual.header_time),
            body_time: written.read_timeout.unwrap_or(usual.body_time),
            ..usual
        },
    }
}

fn encoding(written: config::RequestCompression) -> settings::HttpEncoding {
    match written {
        config::RequestCompression::Gzip => settings::HttpEncoding::Gzip,
        config::RequestCompression::Zstd => settings::HttpEncoding::Zstd,
        config::RequestCompression::Deflate => settings::HttpEncoding::Deflate,
        config::RequestCompression::Zlib => settings::HttpEncoding::Zlib,
    }
}

pub(crate) fn exporter(written: &config::Exporter) -> settings::Exporter {
    match written {
        config::Exporter::Otlp(written) => settings::Exporter::Grpc(grpc_client(written)),
        config::Exporter::OtlpHttp(written) => settings::Exporter::Http(http_client(written)),
        config::Exporter::File(written) => settings::Exporter::File(settings::FileExporter {
            path: written.path.clone(),
            append: written.append,
            flush_interval: (!written.flush_interval.is_zero()).then_some(written.flush_interval),
            create_directory: written
                .create_directory
                .then_some(written.directory_permissions),
        }),
        config::Exporter::Debug(written) => settings::Exporter::Debug(settings::DebugExporter {
            verbosity: match written.verbosity {
                config::Verbosity::Basic => settings::Verbosity::Basic,
                config::Verbosity::Normal => settings::Verbosity::Normal,
                config::Verbosity::Detailed => settings::Verbosity::Detailed,
            },
            sampling_initial: written.sampling_initial,
            sampling_thereafter: written.sampling_thereafter,
        }),
        config::Exporter::Nop => settings::Exporter::Nop,
    }
}

fn grpc_client(written: &config::OtlpGrpcExporter) -> settings::GrpcClient {
    let scheme = if written.endpoint.tls {
        "https"
    } else {
        "http"
    };
    let url = format!(
        "{scheme}://{}:{}",
        written.endpoint.host, written.endpoint.port
    );
    settings::GrpcClient {
        tls: tls(&written.tls),
        headers: headers(&written.headers),
        compression: compression(written.compression),
        timeout: written.timeout,
        retry: retry(written.retry),
        authority: written.authority.clone(),
        user_agent: written.user_agent.clone(),
        ..settings::GrpcClient::new(url)
    }
}

fn http_client(written: &config::OtlpHttpExporter) -> settings::HttpClient {
    settings::HttpClient {
        logs_url: written.logs_url.clone(),
        traces_url: written.traces_url.clone(),
        metrics_url: written.metrics_url.clone(),
        tls: tls(&written.tls),
        headers: headers(&written.headers),
        compression: compression(written.compression),
        encoding: match written.encoding {
            config::Encoding::Proto => settings::Encoding::Proto,
            config::Encoding::Json => settings::Encoding::Json,
        },
        timeout: written.timeout,
        retry: retry(written.retry),
        max_idle_connections: written
            .max_idle_connections
            .map(|count| bytes(u64::from(count))),
        idle_time: written.idle_connection_timeout,
    }
}

fn tls(written: &config::ClientTls) -> settings::Tls {
    let pem = |file: &Option<std::path::PathBuf>, text: Option<&str>| match (file, text) {
        (Some(file), _) => Some(settings::Pem::File(file.clone())),
        (None, Some(text)) => Some(settings::Pem::Text(text.to_owned())),
        (None, None) => None,
    };
    let certificate = pem(&written.cert_file, written.cert_pem.as_deref());
    let key = pem(
        &written.key_file,
        written.key_pem.as_ref().map(config::Secret::reveal),
    );
    settings::Tls {
        insecure_skip_verify: written.insecure_skip_verify,
        authorities: pem(&written.ca_file, written.ca_pem.as_deref()),
        system_authorities_too: written.include_system_ca_certs_pool,
        identity: certificate.zip(key),
        server_name: written.server_name_override.clone(),
        only_tls_1_3: written.min_version == config::TlsVersion::V1_3,
    }
}

fn headers(written: &[(String, config::Secret)]) -> settings::Headers {
    settings::Headers(
        written
            .iter()
            .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
            .collect(),
    )
}

fn compression(written: config::Compression) -> settings::Compression {
    match written {
        config::Compression::None => settings::Compression::None,
        config::Compression::Gzip => settings::Compression::Gzip,
        config::Compression::Zstd => settings::Compression::Zstd,
        config::Compression::Deflate => settings::Compression::Deflate,
        config::Compression::Zlib => settings::Compression::Zlib,
    }
}

fn retry(written: config::Retry) -> settings::Retry {
    settings::Retry {
        enabled: written.enabled,
        initial_interval: written.initial_interval,
        randomization_factor: written.randomization_factor,
        multiplier: written.multiplier,
        max_interval: written.max_interval,
        max_elapsed_time: written
            .max_elapsed_time
            .filter(|time| *time > Duration::ZERO),
    }
}

fn bytes(written: u64) -> usize {
    usize::try_from(written).unwrap_or(usize::MAX)
}
