//! The fuzz targets over their committed corpora, so that what a fuzzer has found once stays found.

use std::fs;
use std::path::Path;

#[allow(unreachable_pub, reason = "it is public in the crate of the fuzz targets")]
#[path = "../fuzz/src/eventstream_decoder.rs"]
mod eventstream_decoder;

fn run_corpus(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> =
        fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    assert!(!inputs.is_empty(), "no corpus in {}", folder.display());
    for input in inputs {
        let data = fs::read(&input);
        assert!(data.is_ok(), "cannot read {}", input.display());
        run(&data.unwrap_or_default());
    }
}

#[test]
fn eventstream_decoder() {
    run_corpus("eventstream_decoder", eventstream_decoder::run);
}
