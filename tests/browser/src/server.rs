//! A static server on loopback, in this process: a folder, and files that a test adds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;

/// Longest pause of a client before its connection is dropped.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    added: Mutex<HashMap<String, PathBuf>>,
    ended: AtomicBool,
}

impl Server {
    /// Serves a folder.
    ///
    /// # Errors
    /// When no port of 127.0.0.1 is free.
    pub fn start(folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared =
            Arc::new(Shared { folder: folder.to_owned(), added: Mutex::default(), ended: AtomicBool::new(false) });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.ended.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&of_thread);
                if let Ok(stream) = stream {
                    std::thread::spawn(move || answer(stream, &shared));
                }
            }
        });
        Ok(Self { port, shared, thread: Some(thread) })
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

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request a connection. A broken connection is the browser's business.
fn answer(stream: TcpStream, shared: &Shared) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let mut lines = BufReader::new(&stream).lines();
    let Some(Ok(first)) = lines.next() else { return };
    while lines.next().is_some_and(|line| line.is_ok_and(|l| !l.is_empty())) {}
    let path = first.split(' ').nth(1).unwrap_or("/");
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let added = shared.added.lock().ok().and_then(|added| added.get(path).cloned());
    let inside = !path.split('/').any(|part| part == "..");
    let file = added.or_else(|| inside.then(|| shared.folder.join(path))).and_then(|f| File::open(f).ok());
    let mut out = &stream;
    let Some((file, size)) = file.and_then(|f| f.metadata().ok().filter(|m| m.is_file()).map(|m| (f, m.len()))) else {
        let _ = out.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
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
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n"
    );
    let _ = out.write_all(head.as_bytes());
    let _ = std::io::copy(&mut file.take(size), &mut out);
}
