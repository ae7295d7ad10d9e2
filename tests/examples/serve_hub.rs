//! Serves the tests' hub until it is ended: a small ALBERT as `albert/albert-base-v2` and the five data sets of
//! `studies/hub-five-tasks.toml` with made-up rows. Prints the address for HF_ENDPOINT.

use transfermap_tests::hub_content::{five_data_sets, small_albert};
use transfermap_tests::hub_server::{HubServer, commit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = HubServer::start();
    server.put("albert/albert-base-v2", "main", &commit(1), small_albert()?);
    for (path, files) in five_data_sets()? {
        server.put(path, "main", &commit(2), files);
    }
    println!("{}", server.endpoint);
    loop {
        std::thread::park();
    }
}
