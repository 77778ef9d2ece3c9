//! The contact list as a file, as Spotler's own export makes it.

use crate::world::World;
use crate::world::contact::Contact;

/// The columns of the export.
pub const COLUMNS: [&str; 7] = [
    "E-mail",
    "First name",
    "Last name",
    "Job title",
    "Company",
    "E-mail status",
    "External id",
];

/// Every contact as a line, oldest first, under a line with the columns.
pub(crate) fn export(world: &World) -> String {
    let mut file = line(&COLUMNS);
    for contact in world.contacts.iter() {
        file.push_str(&line(&columns(contact)));
    }
    file
}

fn columns(contact: &Contact) -> [&str; 7] {
    let text = |name| contact.text(name).unwrap_or_default();
    let external_id = contact.external_id.as_deref().unwrap_or_default();
    [
        text("email"),
        text("firstName"),
        text("lastName"),
        text("jobTitle"),
        text("organisation"),
        contact.status.label(),
        external_id,
    ]
}

fn line(cells: &[&str; 7]) -> String {
    let quoted = cells.map(|cell| {
        let needs_quotes = cell.contains([',', '"', '\n', '\r']);
        if needs_quotes {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    });
    format!("{}\r\n", quoted.join(","))
}
