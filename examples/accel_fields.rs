//! Writes the generated files of `src/core/accel`.

#[allow(clippy::indexing_slicing)]
#[path = "../src/core/accel/generator.rs"]
mod generator;

fn main() -> std::io::Result<()> {
    for prime in generator::PRIMES {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core/accel");
        std::fs::write(folder.join(prime.file), generator::source(&prime))?;
    }
    Ok(())
}
