//! Reads the doc comments of a Rust file, and to which test each belongs.
//!
//! Works on tokens: a comment in a string is no comment, and functions inside
//! a macro such as `proptest!` are seen.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree, token_stream::IntoIter};

/// A documented item of a Rust file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Documented {
    /// Its doc comment, on one line.
    pub(crate) doc: String,
    /// The test that it belongs to; none for anything else.
    pub(crate) test: Option<String>,
}

/// All documented items of a Rust file; fails if it is not Rust.
pub(crate) fn documented_in(text: &str) -> Result<Vec<Documented>, String> {
    let tokens: TokenStream = text.parse().map_err(|_| "is not Rust".to_owned())?;
    let mut found = Vec::new();
    walk(tokens, Place::Plain, &mut found);
    Ok(found)
}

/// What surrounds the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A file, a module, a body, or a macro that leaves attributes as they are.
    Plain,
    /// Directly in a macro that makes a test of every item.
    TestMacro,
}

/// The attributes read so far, waiting for their item.
#[derive(Debug, Default)]
struct Pending {
    doc: String,
    is_test: bool,
}

impl Pending {
    /// Hands the doc comment to its item and starts anew.
    fn finish(&mut self, test: Option<String>, found: &mut Vec<Documented>) {
        let Self { doc, .. } = std::mem::take(self);
        if !doc.is_empty() {
            found.push(Documented { doc, test });
        }
    }
}

fn walk(tokens: TokenStream, place: Place, found: &mut Vec<Documented>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut pending = Pending::default();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(it) if it.as_char() == '#' => {
                attribute(&mut tokens, &mut pending, found);
            }
            TokenTree::Ident(it) => {
                word(&it.to_string(), &mut tokens, (place, &mut pending), found);
            }
            TokenTree::Group(it) if it.delimiter() == Delimiter::Parenthesis => {
                // The brackets of `pub(crate)` stand between attributes and item.
                walk(it.stream(), Place::Plain, found);
            }
            TokenTree::Group(it) => {
                pending.finish(None, found);
                walk(it.stream(), Place::Plain, found);
            }
            TokenTree::Punct(_) => pending.finish(None, found),
            // The "C" of `extern "C" fn`.
            TokenTree::Literal(_) => {}
        }
    }
    pending.finish(None, found);
}

/// Reads one attribute; the doc comment of a file or module belongs to no test.
fn attribute(tokens: &mut Peekable<IntoIter>, pending: &mut Pending, found: &mut Vec<Documented>) {
    let is_inner = next_is_bang(tokens);
    if is_inner {
        tokens.next();
    }
    let Some(TokenTree::Group(group)) = tokens.next_if(|it| matches!(it, TokenTree::Group(_)))
    else {
        return;
    };
    if is_inner {
        let mut inner = Pending::default();
        read_attribute(&group, &mut inner);
        inner.finish(None, found);
    } else {
        read_attribute(&group, pending);
    }
}

fn read_attribute(group: &Group, pending: &mut Pending) {
    let mut path_end = String::new();
    for token in group.stream() {
        match token {
            TokenTree::Ident(it) => path_end = it.to_string(),
            TokenTree::Punct(it) if it.as_char() == ':' || it.as_char() == '=' => {}
            TokenTree::Literal(it) if path_end == "doc" => {
                pending.doc.push_str(&it.to_string().replace("\\n", " "));
                pending.doc.push(' ');
            }
            TokenTree::Group(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => break,
        }
    }
    pending.is_test |= path_end.ends_with("test") || path_end == "test_case";
}

/// Reads a keyword, a name or the name of a macro.
fn word(
    word: &str,
    tokens: &mut Peekable<IntoIter>,
    (place, pending): (Place, &mut Pending),
    found: &mut Vec<Documented>,
) {
    match word {
        "pub" | "async" | "unsafe" | "const" | "extern" | "crate" => {}
        "fn" => {
            let name = match tokens.next_if(|it| matches!(it, TokenTree::Ident(_))) {
                Some(name) if pending.is_test || place == Place::TestMacro => {
                    Some(name.to_string())
                }
                _ => None,
            };
            pending.finish(name, found);
        }
        _ if next_is_bang(tokens) => {
            pending.finish(None, found);
            macro_call(word, tokens, found);
        }
        "mod" | "struct" | "enum" | "type" | "static" | "use" | "impl" | "trait" | "let" => {
            pending.finish(None, found);
        }
        name if place == Place::TestMacro => pending.finish(Some(name.to_owned()), found),
        _ => pending.finish(None, found),
    }
}

/// Walks into a macro call; what a macro definition holds is no item yet.
fn macro_call(name: &str, tokens: &mut Peekable<IntoIter>, found: &mut Vec<Documented>) {
    tokens.next();
    let defined = tokens.next_if(|it| matches!(it, TokenTree::Ident(_)));
    let Some(TokenTree::Group(body)) = tokens.next_if(|it| matches!(it, TokenTree::Group(_)))
    else {
        return;
    };
    if defined.is_some() {
        return;
    }
    // Inside `proptest!` a test bears `#[test]` itself.
    let makes_tests = name.contains("test") && name != "proptest";
    walk(
        body.stream(),
        if makes_tests {
            Place::TestMacro
        } else {
            Place::Plain
        },
        found,
    );
}

fn next_is_bang(tokens: &mut Peekable<IntoIter>) -> bool {
    matches!(tokens.peek(), Some(TokenTree::Punct(it)) if it.as_char() == '!')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests of a text, with what their doc comments say.
    fn tests_in(text: &str) -> Vec<(String, String)> {
        let found = documented_in(text).expect("the text is Rust");
        let text_of = |doc: &str| doc.replace('"', "").trim().to_owned();
        found
            .into_iter()
            .filter_map(|it| Some((it.test?, text_of(&it.doc))))
            .collect()
    }

    fn one(name: &str, doc: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), doc.to_owned())]
    }

    #[test]
    fn a_test_has_its_doc_comment_before_or_behind_the_attribute() {
        assert_eq!(tests_in("/// One.\n#[test]\nfn a() {}"), one("a", "One."));
        assert_eq!(
            tests_in("mod tests { #[test]\n/// One.\nfn a() {} }"),
            one("a", "One.")
        );
    }

    #[test]
    fn asynchronous_tests_and_test_attributes_with_arguments_count() {
        let text =
            "/// One.\n#[tokio::test(flavor = \"multi_thread\")]\npub(crate) async fn a() {}";
        assert_eq!(tests_in(text), one("a", "One."));
        assert_eq!(
            tests_in("/// One.\n#[world_test(profile = yoobi)]\nfn a() {}"),
            one("a", "One.")
        );
    }

    #[test]
    fn tests_inside_proptest_count_and_its_other_functions_do_not() {
        let text = "proptest! { #![proptest_config(few())] /// One.\n#[test] fn a(x in 0..9) {} /// Two.\nfn b() {} }";
        assert_eq!(tests_in(text), one("a", "One."));
    }

    #[test]
    fn every_documented_item_of_a_test_macro_counts() {
        let text = "profile_tests! { /// One.\nfn a() {}\n/// Two.\nb => check(3), }";
        assert_eq!(
            tests_in(text),
            [one("a", "One."), one("b", "Two.")].concat()
        );
    }

    #[test]
    fn a_function_that_is_no_test_does_not_count() {
        assert_eq!(tests_in("/// One.\nfn a() {}\n#[test]\nfn b() {}"), []);
        assert_eq!(tests_in("/// One.\n#[cfg(test)]\nfn a() {}"), []);
    }

    #[test]
    fn the_doc_comment_of_a_module_or_a_type_does_not_count() {
        assert_eq!(tests_in("//! One.\n#[test]\nfn a() {}"), []);
        assert_eq!(
            tests_in(
                "/// One.\nmod m { #[test]\nfn a() {} }\n/// Two.\nstruct S;\n#[test]\nfn b() {}"
            ),
            []
        );
    }

    #[test]
    fn a_comment_in_a_string_or_a_plain_comment_does_not_count() {
        assert_eq!(
            tests_in(
                "const T: &str = \"\n/// One.\n#[test]\nfn a() {}\";\n// One.\n#[test]\nfn b() {}"
            ),
            []
        );
    }

    #[test]
    fn lines_of_one_comment_are_read_as_separate_words() {
        assert_eq!(
            tests_in("/// One\n/// two\n#[test]\nfn a() {}"),
            one("a", "One  two")
        );
        let block = documented_in("/** One\nTwo */ #[test] fn a() {}").expect("the text is Rust");
        assert!(block[0].doc.contains("One Two"), "{block:?}");
    }
}
