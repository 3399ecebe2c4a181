//! Writes the seeds of a law into a folder, where the fuzzer looks for them: `seeds LAW FOLDER`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(law), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(std::io::Error::other("usage: seeds LAW FOLDER"));
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    for (number, seed) in tollgate_fuzz::seeds::of(&law).iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(())
}
