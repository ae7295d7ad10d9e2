//! The body of an answer of the hub, which may end early or stand still.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::time::{Sleep, sleep};

use crate::hub_server::Trouble;

/// What is still to come.
pub struct Body {
    bytes: Option<Bytes>,
    pause: Pause,
}

/// What comes between the bytes and the end.
enum Pause {
    None,
    /// One turn of the connection. A body that ends early takes with it what hyper has not sent yet, the head of the
    /// answer too; hyper sends what it has when there is no frame for it.
    Turn,
    Sleep(Pin<Box<Sleep>>),
}

impl Body {
    /// All of `bytes`, or as many as a trouble lets through. A body that is shorter than its Content-Length closes its
    /// connection.
    pub fn new(bytes: Vec<u8>, trouble: Option<Trouble>) -> Self {
        let bytes = Bytes::from(bytes);
        let (n, pause) = match trouble {
            Some(Trouble::Cut(n)) => (n, Pause::Turn),
            Some(Trouble::Silence(n, time)) => (n, Pause::Sleep(Box::pin(sleep(time)))),
            _ => (bytes.len(), Pause::None),
        };
        Self { bytes: Some(bytes.slice(..n.min(bytes.len()))).filter(|b| !b.is_empty()), pause }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &mut self.pause {
            Pause::None => Poll::Ready(None),
            Pause::Turn => {
                self.pause = Pause::None;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Pause::Sleep(sleep) => sleep.as_mut().poll(cx).map(|()| None),
        }
    }
}
