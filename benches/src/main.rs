//! Times our parts and the alternatives in one run, on one machine, and prints the ratios.

use std::time::Duration;

mod eventstream;
mod sigv4;

fn main() {
    println!("{:<48} {:>10} {:>10} {:>7}", "median times", "ours", "theirs", "ratio");
    sigv4::run();
    eventstream::run();
}

/// Prints a comparison; the ratio is how many times as long the other takes.
fn print_row(name: &str, ours: Duration, theirs: Duration) {
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!("{name:<48} {:>7} ns {:>7} ns {ratio:>6.1}x", ours.as_nanos(), theirs.as_nanos());
}
