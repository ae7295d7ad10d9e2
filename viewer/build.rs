//! Asks the linker to keep what tools/split-viewer.sh needs: where every function and every datum is used.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|f| f == "wasm") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
