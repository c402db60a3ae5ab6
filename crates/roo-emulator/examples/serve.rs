//! Runs the emulator until it is stopped, for clients in other languages.
//!
//! `cargo run -p roo-emulator --example serve -- --port 4566 --delay-ms 30`
//!
//! The first line of the output is `listening on http://127.0.0.1:PORT`; the others are the credentials as
//! environment variables.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use roo_emulator::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = Emulator::builder();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        builder = match argument.as_str() {
            "--port" => builder.with_port(value.parse()?),
            "--delay-ms" => builder.with_delay(Duration::from_millis(value.parse()?)),
            _ => return Err(format!("unknown argument {argument}: try --port N or --delay-ms N").into()),
        };
    }
    let emulator = builder.start().await?;
    let mut output = std::io::stdout();
    writeln!(output, "listening on {}", emulator.url())?;
    writeln!(output, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME={}", emulator.url())?;
    writeln!(output, "AWS_ENDPOINT_URL_BEDROCK={}", emulator.url())?;
    writeln!(output, "AWS_REGION={}", emulator.region())?;
    writeln!(output, "AWS_ACCESS_KEY_ID={}", emulator.access_key_id())?;
    writeln!(output, "AWS_SECRET_ACCESS_KEY={}", emulator.secret_access_key())?;
    output.flush()?;
    std::future::pending::<()>().await;
    Ok(())
}
