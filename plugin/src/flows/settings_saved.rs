//! The settings were saved: right, credentials, permissions, automatic mapping.
//! Writes no contact (C6).

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::connection::{Activity, Connection, MappingRow, Settings};
use crate::crm::{Event, Permission};
use crate::mapping;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;
use crate::profile::Profile;
use crate::settle;
use crate::spotler::client::Spotler;
use crate::spotler::property::{Property, permissions};
use crate::spotler::trouble::Kind;

/// The right that making the connection needs (PV-02).
pub(crate) const RIGHT: &str = "spotler";
/// The category of the opt-in attributes (PV-07).
pub(crate) const CATEGORY: &str = "Spotler";

/// The hook.
pub async fn on_settings_saved<P: Ports>(ports: &P, event: &Event, settings: &Settings) -> Answer {
    let memory = Memory::new(ports);
    let allowed = event
        .user
        .as_deref()
        .is_none_or(|user| ports.user_has_right(user, RIGHT));
    if !allowed {
        return refuse(Reason::new(codes::FORBIDDEN), "PV-02");
    }
    if !settings.active {
        return switch_off(&memory);
    }
    if settings.key.trim().is_empty() || !settings.secret_present {
        return refuse(Reason::new(codes::KEY_MISSING), "PV-04");
    }
    let Some(address) = clean_address(&settings.address) else {
        return refuse(Reason::new(codes::BAD_ADDRESS_OF_SPOTLER), "C28");
    };
    let profile = match Profile::of(&settings.profile) {
        Ok(profile) => profile,
        Err(fault) => return refuse(Reason::new(codes::BAD_PROFILE).with("fault", fault), "C5"),
    };
    let key = settings.key.trim();
    let properties = match Spotler::at(ports, &address, key).properties().await {
        Ok(properties) => properties,
        Err(trouble) if trouble.kind == Kind::NotAuthorised => {
            return refuse(Reason::new(codes::KEY_REFUSED), "PV-03");
        }
        Err(trouble) => {
            return Answer::of(settle::trouble_outcome(&trouble))
                .because("PV-05", codes::SERVER_FAULT);
        }
    };
    activate(
        ports,
        &memory,
        Checked {
            address,
            key: key.to_owned(),
            profile,
            properties,
        },
    )
}

/// What was found good.
struct Checked {
    address: String,
    key: String,
    profile: Profile,
    properties: Vec<Property>,
}

fn activate<P: Ports>(ports: &P, memory: &Memory<'_, P>, checked: Checked) -> Answer {
    let before = memory.connection();
    let permissions = permissions(&checked.properties);
    let rows = mapping_to_keep(ports, memory.mapping(), &checked);
    memory.salt();
    memory.keep_mapping(&rows);
    memory.keep_connection(&Connection {
        activity: Activity::Active,
        key: checked.key,
        address: checked.address,
        profile: checked.profile,
        permissions: permissions.clone(),
        properties: checked.properties,
        refreshed_at: ports.now(),
        mapping_saved: before.is_some_and(|it| it.mapping_saved),
    });
    let reason = Reason::new(codes::ACTIVATED).with("permissions", permissions.len().to_string());
    let answer = Answer::of(Outcome::Synced(reason)).because("YO-08", codes::ACTIVATED);
    let changes = attributes(&permissions);
    Answer { changes, ..answer }
}

/// A mapping that a user edited stays; the automatic one is made once (YO-09).
/// Fields that the CRM has got since are added, mapped to nothing (DA-55).
fn mapping_to_keep<P: Ports>(
    ports: &P,
    kept: Option<Vec<MappingRow>>,
    checked: &Checked,
) -> Vec<MappingRow> {
    let automatic = mapping::automatic(&checked.profile, &ports.fields(), &checked.properties);
    let Some(mut rows) = kept else {
        return automatic;
    };
    for row in automatic {
        if !rows
            .iter()
            .any(|it| it.kind == row.kind && it.field == row.field)
        {
            rows.push(MappingRow {
                property: None,
                ..row
            });
        }
    }
    rows
}

/// The opt-in attributes, and a warning where the account has no permission
/// (PV-06, PV-08).
pub(crate) fn attributes(permissions: &[Permission]) -> Vec<CrmChange> {
    let mut changes = vec![CrmChange::PermissionAttributes {
        category: CATEGORY,
        permissions: permissions.to_vec(),
    }];
    if permissions.is_empty() {
        changes.push(CrmChange::Log {
            level: LogLevel::Warning,
            code: codes::NO_PERMISSIONS,
            about: Vec::new(),
        });
    }
    changes
}

fn switch_off<P: Ports>(memory: &Memory<'_, P>) -> Answer {
    if let Some(connection) = memory.connection() {
        memory.keep_connection(&Connection {
            activity: Activity::Off,
            ..connection
        });
    }
    Answer::of(Outcome::Synced(Reason::new(codes::DEACTIVATED)))
        .because("PV-04", codes::DEACTIVATED)
}

fn refuse(reason: Reason, rule: &'static str) -> Answer {
    let code = reason.code;
    Answer::of(Outcome::Rejected(reason, Actor::Administrator)).because(rule, code)
}

/// The address without a slash at the end; none if it is not one over HTTP.
/// Which addresses may be reached is the host's rule.
fn clean_address(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/');
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let plain =
        !rest.is_empty() && !rest.contains(['?', '#', '@']) && !rest.contains(char::is_whitespace);
    plain.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_spotler_is_cleaned_or_refused() {
        assert_eq!(
            clean_address(" https://restapi.mailplus.nl/integrationservice/ ").as_deref(),
            Some("https://restapi.mailplus.nl/integrationservice")
        );
        for bad in [
            "",
            "restapi.mailplus.nl",
            "ftp://x",
            "https://",
            "https://a@b/c",
            "https://x/?q=1",
        ] {
            assert_eq!(clean_address(bad), None, "{bad}");
        }
    }
}
