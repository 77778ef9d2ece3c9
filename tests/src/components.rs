//! Other versions of the component, made from the one that comes along. Names keep
//! their length, so that nothing else in the file has to change.

/// The same component with a section that nobody reads: another file, which does
/// the same.
pub fn marked(component: &[u8], mark: &str) -> Vec<u8> {
    let name = b"mark";
    let length = u8::try_from(1 + name.len() + mark.len()).expect("a short mark");
    assert!(length < 0x80, "a length of one byte");
    let mut marked = component.to_vec();
    marked.extend([0, length, 4]);
    marked.extend(name);
    marked.extend(mark.as_bytes());
    marked
}

/// The same component in which a text is another one of the same length, wherever
/// it stands.
pub fn replaced(component: &[u8], text: &str, by: &str) -> Vec<u8> {
    assert_eq!(text.len(), by.len(), "nothing else may move");
    let (text, by) = (text.as_bytes(), by.as_bytes());
    let mut replaced = component.to_vec();
    let mut found = 0;
    let mut at = 0;
    while at + text.len() <= replaced.len() {
        if replaced[at..].starts_with(text) {
            replaced[at..at + by.len()].copy_from_slice(by);
            found += 1;
            at += by.len();
        } else {
            at += 1;
        }
    }
    assert!(found > 0, "the component does not hold the text");
    replaced
}

/// A component that says `crexted` where the one that comes along says `created`:
/// the history tells which of the two has made a call. Names in the contract are
/// left alone; in the file their length stands in front of them.
pub fn spelling() -> Vec<u8> {
    let mut component = koppel_component::WASM.to_vec();
    let (text, at_x) = (b"created", 3);
    let found: Vec<usize> = component
        .windows(text.len() + 2)
        .enumerate()
        .filter(|(_, it)| it[1..].starts_with(text) && it[0] >= b' ' && it[0] != b'-')
        .filter(|(_, it)| it[text.len() + 1] != b'-')
        .map(|(at, _)| at + 1)
        .collect();
    assert!(!found.is_empty(), "the component does not hold the text");
    for at in found {
        component[at + at_x] = b'x';
    }
    component
}

/// A component that does not offer an interface: its name is another one.
pub fn without(interface: &str) -> Vec<u8> {
    let name = format!("koppel:crm-sync/{interface}@");
    let last = interface.chars().next_back().expect("a name");
    let other = if last == 'x' { 'y' } else { 'x' };
    let renamed = format!(
        "koppel:crm-sync/{}{other}@",
        &interface[..interface.len() - 1]
    );
    replaced(koppel_component::WASM, &name, &renamed)
}
