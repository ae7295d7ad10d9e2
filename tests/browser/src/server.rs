//! A static server on loopback, in this process: a folder, and files that a test adds.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

/// Serves until the process ends.
#[derive(Debug)]
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    added: Mutex<HashMap<String, PathBuf>>,
}

impl Server {
    /// Serves a folder.
    ///
    /// # Errors
    /// When no port of 127.0.0.1 is free.
    pub fn start(folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { folder: folder.to_owned(), added: Mutex::default() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || runtime.block_on(serve(listener, of_thread)));
        Ok(Self { port, shared })
    }

    /// Also serves a file under a path such as `reports/mine.json`.
    pub fn add(&self, path: &str, file: &Path) {
        if let Ok(mut added) = self.shared.added.lock() {
            added.insert(path.to_owned(), file.to_owned());
        }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| std::future::ready(Ok::<_, Infallible>(answer(&request, &shared))));
        // A broken connection is the browser's business.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn answer(request: &Request<Incoming>, shared: &Shared) -> Response<Full<Bytes>> {
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let added = shared.added.lock().ok().and_then(|added| added.get(path).cloned());
    let inside = !path.split('/').any(|part| part == "..");
    let file = added.or_else(|| inside.then(|| shared.folder.join(path)));
    let Some(body) = file.and_then(|file| std::fs::read(file).ok()) else {
        let mut missing = Response::new(Full::default());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let mut response = Response::new(Full::new(body.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
