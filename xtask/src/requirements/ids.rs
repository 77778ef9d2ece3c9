//! Finds the ids that a text names: `YO-21`, `RE-06..RE-19`, `PV-29/30`, `C12`.

/// What ids begin with; decisions have no dash.
const PREFIXES: [&str; 6] = ["PV-", "YO-", "DA-", "AU-", "RE-", "C"];

/// One id in a text, before it is known to exist.
struct Named<'a> {
    prefix: &'static str,
    digits: &'a str,
    rest: &'a str,
}

/// All ids that a text names, with ranges written out; fails on a range that cannot be.
pub(crate) fn named_in(text: &str) -> Result<Vec<String>, String> {
    let mut ids = Vec::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(next) = rest.chars().next() {
        if !is_part_of_word(before)
            && let Some(first) = id_at(rest)
        {
            rest = first.rest;
            ids.push(format!("{}{}", first.prefix, first.digits));
            while let Some(more) = range_end(&first, rest)? {
                ids.extend(more.ids);
                rest = more.rest;
            }
            before = ' ';
        } else {
            rest = &rest[next.len_utf8()..];
            before = next;
        }
    }
    Ok(ids)
}

/// Whether an id names a decision, not a requirement.
pub(crate) fn is_decision(id: &str) -> bool {
    id.starts_with('C')
}

/// What follows an id and belongs to it.
struct More<'a> {
    ids: Vec<String>,
    rest: &'a str,
}

/// Reads `..RE-19`, `..19` or `/30` behind an id.
fn range_end<'a>(first: &Named<'_>, rest: &'a str) -> Result<Option<More<'a>>, String> {
    let Some((sign, after)) = ["..=", "..", "–", "/"]
        .into_iter()
        .find_map(|it| Some((it, rest.strip_prefix(it)?)))
    else {
        return Ok(None);
    };
    let Some(last) = id_at(after).or_else(|| number_at(first.prefix, after)) else {
        return Ok(None);
    };
    if sign == "/" {
        return Ok(Some(More {
            ids: vec![format!("{}{}", last.prefix, last.digits)],
            rest: last.rest,
        }));
    }
    let from = first.digits.parse::<u16>().ok();
    let to = last.digits.parse::<u16>().ok();
    let range = format!(
        "{}{}..{}{}",
        first.prefix, first.digits, last.prefix, last.digits
    );
    match (from, to) {
        (Some(from), Some(to)) if from <= to && first.prefix == last.prefix => {
            let width = first.digits.len();
            let ids = (from + 1..=to)
                .map(|it| format!("{}{it:0width$}", first.prefix))
                .collect();
            Ok(Some(More {
                ids,
                rest: last.rest,
            }))
        }
        _ => Err(format!("the range `{range}` is no range of ids")),
    }
}

fn id_at(text: &str) -> Option<Named<'_>> {
    PREFIXES
        .into_iter()
        .find_map(|prefix| number_at(prefix, text.strip_prefix(prefix)?))
}

fn number_at<'a>(prefix: &'static str, text: &'a str) -> Option<Named<'a>> {
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let ends_here = !rest
        .chars()
        .next()
        .is_some_and(|it| it.is_alphanumeric() || it == '_');
    let plausible = (1..=3).contains(&digits.len());
    (plausible && ends_here).then_some(Named {
        prefix,
        digits,
        rest,
    })
}

fn is_part_of_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_' || it == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        named_in(text).expect("the ids can be read")
    }

    #[test]
    fn ids_are_found_in_prose_and_in_lists() {
        assert_eq!(
            named("As YO-21 says (and C12): DA-05, PV-39."),
            ["YO-21", "C12", "DA-05", "PV-39"]
        );
    }

    #[test]
    fn a_range_is_written_out() {
        assert_eq!(named("RE-08..RE-11"), ["RE-08", "RE-09", "RE-10", "RE-11"]);
        assert_eq!(
            named("RE-08..10, C1..C3"),
            ["RE-08", "RE-09", "RE-10", "C1", "C2", "C3"]
        );
    }

    #[test]
    fn numbers_behind_a_slash_belong_to_the_same_group() {
        assert_eq!(named("PV-29/30 and C2/C3"), ["PV-29", "PV-30", "C2", "C3"]);
    }

    #[test]
    fn the_end_of_a_sentence_is_no_range() {
        assert_eq!(named("see YO-21... and YO-22."), ["YO-21", "YO-22"]);
    }

    #[test]
    fn other_words_are_no_ids() {
        assert_eq!(
            named("C-0001, ABC12, C3A9, XPV-01, no-RE-01, C1000, PVC1"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_range_over_two_groups_or_backwards_is_refused() {
        assert!(named_in("PV-01..YO-02").is_err());
        assert!(named_in("PV-09..PV-02").is_err());
    }
}
