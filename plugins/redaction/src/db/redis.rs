//! Redis and Valkey: the arguments that are values become `?`; commands, keys and fields stay.

/// Which arguments of a command are values; arguments are counted from 0, after the command.
enum Values {
    /// This one.
    One(usize),
    /// All from this one on, as a single `?`.
    From(usize),
    /// From this one on, one of so many.
    Each(usize, usize),
}

fn values(command: &str, arguments: &[&str]) -> Option<Values> {
    Some(match command {
        "AUTH" | "HELLO" => Values::From(0),
        "APPEND" | "GETSET" | "LPUSHX" | "GEORADIUSBYMEMBER" | "RPUSHX" | "SET" | "SETNX"
        | "SISMEMBER" | "ZRANK" | "ZREVRANK" | "ZSCORE" => Values::One(1),
        "HSETNX" | "LREM" | "LSET" | "SETBIT" | "SETEX" | "PSETEX" | "SETRANGE" | "ZINCRBY"
        | "SMOVE" | "RESTORE" => Values::One(2),
        "LINSERT" => Values::One(3),
        "GEOHASH" | "GEOPOS" | "GEODIST" | "LPUSH" | "RPUSH" | "SREM" | "ZREM" | "SADD" => {
            Values::From(1)
        }
        "GEOADD" => Values::Each(3, 3),
        "HSET" | "HMSET" => Values::Each(2, 2),
        "MSET" | "MSETNX" => Values::Each(1, 2),
        "CONFIG"
            if arguments
                .first()
                .is_some_and(|word| word.eq_ignore_ascii_case("SET")) =>
        {
            Values::One(2)
        }
        "BITFIELD" => Values::Each(after_word(arguments, "SET")?.saturating_add(2), 4),
        "ZADD" => {
            let options = arguments.iter().skip(1).take_while(|word| {
                ["NX", "XX", "GT", "LT", "CH", "INCR"]
                    .iter()
                    .any(|o| word.eq_ignore_ascii_case(o))
            });
            Values::Each(options.count().saturating_add(2), 2)
        }
        _ => return None,
    })
}

fn after_word(arguments: &[&str], word: &str) -> Option<usize> {
    arguments
        .iter()
        .position(|argument| argument.eq_ignore_ascii_case(word))
        .map(|at| at.saturating_add(1))
}

/// The commands, one a line, without their values.
pub(super) fn obfuscated(commands: &str) -> String {
    commands
        .split('\n')
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn line(line: &str) -> String {
    let words = words(line);
    let Some((command, arguments)) = words.split_first() else {
        return line.to_owned();
    };
    let Some(values) = values(&command.to_ascii_uppercase(), arguments) else {
        return line.to_owned();
    };
    let mut out = vec![*command];
    for (index, argument) in arguments.iter().enumerate() {
        match values {
            Values::From(first) if index == first => {
                out.push("?");
                break;
            }
            Values::One(only) if index == only => out.push("?"),
            Values::Each(first, step)
                if index
                    .checked_sub(first)
                    .is_some_and(|past| past.is_multiple_of(step)) =>
            {
                out.push("?");
            }
            _ => out.push(argument),
        }
    }
    out.join(" ")
}

/// The words of a command; one in quotes is one.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            let mut hidden = false;
            let end = rest.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !hidden;
                hidden = *c == '\\' && !hidden;
                ends
            });
            end.map_or(rest.len(), |(at, _)| at.saturating_add(1))
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::obfuscated;

    #[test]
    fn values_go_and_keys_stay() {
        for (command, expected) in [
            ("SET user:123 john", "SET user:123 ?"),
            ("set k \"a \\\" b\" EX 5", "set k ? EX 5"),
            ("GET k", "GET k"),
            ("AUTH user secret", "AUTH ?"),
            ("HSET k f1 v1 f2 v2", "HSET k f1 ? f2 ?"),
            ("MSET a 1 b 2", "MSET a ? b ?"),
            ("SADD k a b c", "SADD k ?"),
            ("ZADD k NX 1 a 2 b", "ZADD k NX 1 ? 2 ?"),
            ("GEOADD k 1 2 home 3 4 work", "GEOADD k 1 2 ? 3 4 ?"),
            ("CONFIG SET requirepass x", "CONFIG SET requirepass ?"),
            ("GET a\nSET a b", "GET a\nSET a ?"),
            (
                "SELECT * FROM t  WHERE a = 5",
                "SELECT * FROM t  WHERE a = 5",
            ),
        ] {
            assert_eq!(obfuscated(command), expected);
        }
    }
}
