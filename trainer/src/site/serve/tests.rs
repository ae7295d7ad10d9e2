use super::*;
use crate::site::fixture;
use crate::store::fake;
use crate::store::inputs::Inputs;
use crate::store::records::{KeepModels, Store};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Serves until the tests end.
fn start(server: Server) -> SocketAddr {
    let (listener, address) = listen(0).unwrap();
    std::thread::spawn(|| server.answer_all(listener).unwrap());
    address
}

/// What the server answers to these bytes: all of it, until it closes the connection.
fn said(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head, in lower case, and the body of the answer to one request.
fn ask(address: SocketAddr, line: &str, more: &str) -> (String, String) {
    let text = said(address, format!("{line} HTTP/1.1\r\nHost: {address}\r\n{more}\r\n").as_bytes());
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn etag(head: &str) -> String {
    head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap().to_owned()
}

fn no_viewer() -> Result<Viewer, Wrong> {
    Err(Wrong("no viewer".into()))
}

#[test]
fn serves_a_folder_and_nothing_around_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("site");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    fs::write(root.join("index.html"), "<p>page").unwrap();
    fs::write(root.join("a.wasm"), "wasm").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), root.join("link.txt")).unwrap();
    let server = start(Server::new(&root, no_viewer).unwrap());
    let (head, body) = ask(server, "GET /", "");
    assert!(head.starts_with("http/1.1 200") && head.contains("text/html") && body == "<p>page", "{head}");
    let (head, _) = ask(server, "GET /a.wasm?x=1", "");
    assert!(head.contains("application/wasm") && head.contains("content-length: 4"), "{head}");
    let (again, body) = ask(server, "GET /a.wasm", &format!("If-None-Match: {}\r\n", etag(&head)));
    assert!(again.starts_with("http/1.1 304") && body.is_empty(), "{again}");
    let (head, body) = ask(server, "HEAD /a.wasm", "");
    assert!(head.contains("content-length: 4") && body.is_empty());
    for path in ["/../secret.txt", "/link.txt", "/%2e%2e/secret.txt", "/sub", "/sub/", "/nothing"] {
        let (head, body) = ask(server, &format!("GET {path}"), "");
        assert!(head.starts_with("http/1.1 40") && !body.contains("secret\n"), "{path}: {head} {body}");
    }
    assert!(Server::new(&root.join("index.html"), no_viewer).is_err());
    assert!(Server::new(&root.join("nothing"), no_viewer).is_err());
}

#[test]
fn the_report_of_a_running_study_follows_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let (_keep, viewer) = fixture::viewer();
    let plan = fake::plan(&["a", "b"], &[1, 2]);
    let store = Store::new(dir.path());
    fn json<T: serde::Serialize>(value: &T) -> String {
        serde_json::to_string(value).unwrap()
    }
    fs::write(dir.path().join("plan.json"), json(&plan)).unwrap();
    fs::create_dir(dir.path().join("cache")).unwrap();
    fs::write(dir.path().join("cache/inputs.json"), json(&Inputs::default())).unwrap();
    fs::write(dir.path().join("study.toml"), fake::study_text(&["a", "b"], &[1, 2])).unwrap();
    assert!(Server::new(dir.path(), no_viewer).is_err(), "a study needs the viewer");
    let server = start(Server::new(dir.path(), || Ok(viewer)).unwrap());

    let (_, page) = ask(server, "GET /", "");
    assert!(page.contains("has no transfer run yet") && page.contains("transfermap-watch.js"), "{page}");
    let (head, body) = ask(server, "GET /report.json", "");
    assert!(body.contains("8 of 8 runs are missing"), "{body}");
    let before = etag(&head);
    assert!(page.contains(&format!("name=\"transfermap-watch\" content=\"{}\"", before.replace('"', "&quot;"))));

    for run in &plan.runs {
        let finished = fake::finished(run);
        store.commit(run, &fake::record(run, &finished), &finished, KeepModels::Sources).unwrap();
    }
    let (head, _) = ask(server, "HEAD /report.json", "");
    assert_ne!(etag(&head), before);
    let (_, body) = ask(server, "GET /report.json", "");
    assert!(body.contains("sequential/a--b/s2") && !body.contains("are missing"));
    let (_, page) = ask(server, "GET /", "");
    assert!(page.contains("class=\"answer\"") && !page.contains("has no transfer run yet"));
    let (head, script) = ask(server, "GET /transfermap-watch.js", "");
    assert!(head.contains("text/javascript") && script.contains("location.reload"));
    let (head, _) = ask(server, "GET /transfermap-viewer_bg.wasm", "");
    assert!(head.contains("application/wasm"), "{head}");
    let (head, _) = ask(server, "GET /study.toml", "");
    assert!(head.starts_with("http/1.1 200"));

    // What `run` wrote at its end counts, until another record comes.
    fs::write(dir.path().join("report.json"), body.replace("sequential/a--b/s2", "sequential/a--b/s02")).unwrap();
    assert!(ask(server, "GET /report.json", "").1.contains("sequential/a--b/s02"));
}

#[test]
fn bad_and_endless_requests_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(Server::new(dir.path(), no_viewer).unwrap());
    assert!(said(server, b"GET x HTTP/1.1\r\nHost: localhost\r\n\r\n").starts_with("HTTP/1.1 400"));
    let endless = [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".to_vec(), vec![b'x'; 1 << 16]].concat();
    assert!(said(server, &endless).starts_with("HTTP/1.1 431"));
}

#[test]
fn slow_connections_do_not_keep_others_waiting() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("index.html"), "page").unwrap();
    let server = start(Server::new(dir.path(), no_viewer).unwrap());
    // Half of a request each; twice as many files are open then, and a process may have a thousand.
    let mut slow: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(server).unwrap()).collect();
    slow.iter_mut().for_each(|stream| stream.write_all(b"GET / HT").unwrap());
    assert_eq!(ask(server, "GET /", "").1, "page");
}
