//! Golden outputs that differ: shown, asked about where somebody is there to answer, and written.

use std::io::{self, IsTerminal as _, stdin};

use tollgate_cases::Update;

use super::show::changed;
use crate::terminal::style::{PLAIN, STRONG};
use crate::terminal::{Text, is_watched, show};

/// Shows each, asks, and writes those that are wanted.
pub(super) fn review(updates: Vec<Update>) -> io::Result<()> {
    let is_asked = is_watched() && stdin().is_terminal();
    let mut wanted = Vec::new();
    let mut all = !is_asked;
    for update in updates {
        let mut text = Text::styled(format!("\n---- {} ----\n", update.case), STRONG);
        for line in &update.difference {
            text.append(changed(line));
        }
        show(&text.to_string());
        if !all {
            match asked()? {
                Answer::Yes => {}
                Answer::No => continue,
                Answer::All => all = true,
                Answer::Quit => break,
            }
        }
        wanted.push(update);
    }
    Update::write(&wanted)?;
    for update in &wanted {
        let line = format!("written: {} ({})", update.file.display(), update.case);
        show(&Text::styled(line, PLAIN).to_string());
    }
    Ok(())
}

enum Answer {
    Yes,
    No,
    All,
    Quit,
}

fn asked() -> io::Result<Answer> {
    loop {
        show("write this? [y]es, [n]o, [a]ll that follow, [q]uit");
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 {
            return Ok(Answer::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Yes),
            "n" | "no" => return Ok(Answer::No),
            "a" | "all" => return Ok(Answer::All),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {}
        }
    }
}
