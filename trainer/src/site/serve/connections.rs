//! HTTP connections on this machine: thousands of slow ones cost little, and none stays for long.
//!
//! The server is hyper, because tiny_http (0.12) sets no limit of time: a connection that says nothing holds a thread of
//! it for ever.

use std::error::Error;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// For a request to come whole, and for a byte of the answer to be taken.
const PATIENCE: Duration = Duration::from_secs(20);

/// For one connection in all.
const LONGEST: Duration = Duration::from_secs(600);

/// The longest head of a request: more is no browser.
const MOST_BYTES: usize = 16 * 1024;

/// Answers one request a connection until the process ends. `answer` may take its time: it has a thread to itself.
///
/// # Errors
/// The listener cannot be waited for.
pub fn answer_all<A, B>(listener: TcpListener, answer: A) -> io::Result<()>
where
    A: Fn(&Request<Incoming>) -> Response<B> + Send + Sync + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    listener.set_nonblocking(true)?;
    let answer = Arc::new(answer);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            match listener.accept().await {
                // A browser that went away needs no answer.
                Ok((stream, _)) => {
                    drop(tokio::spawn(tokio::time::timeout(LONGEST, connection(stream, Arc::clone(&answer)))))
                }
                // Out of files, for instance: the connections that end will give some back.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    })
}

async fn connection<A, B>(stream: TcpStream, answer: Arc<A>)
where
    A: Fn(&Request<Incoming>) -> Response<B> + Send + Sync + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(PATIENCE));
    stream.set_write_timeout(Some(PATIENCE));
    let service = service_fn(|request| {
        let answer = Arc::clone(&answer);
        async move { tokio::task::spawn_blocking(move || answer(&request)).await }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MOST_BYTES).keep_alive(false);
    // Whoever broke off knows it.
    let _ = http.serve_connection(TokioIo::new(pin!(stream)), service).await;
}
