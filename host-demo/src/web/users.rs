//! Users and their rights (PV-02): who may make the connection, change what starts
//! by itself, and put data back. Whoever has the right gives and takes it; nobody
//! takes their own, so that somebody always has it.

use askama::Template;
use axum::response::Response;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::{
    crm::{
        logins::{LONGEST_PASSWORD, PasswordError, SHORTEST_PASSWORD},
        users::{SPOTLER_RIGHT, User},
    },
    host::HostError,
};

words! {
    struct UserWords {
        hint: "Met het recht “Spotler” mag iemand de verbinding maken, instellen wat vanzelf start, bevestigen wat wacht, en gegevens terugzetten.",
            "With the right “Spotler” somebody may make the connection, set what starts by itself, confirm what waits, and put data back.";
        id: "Gebruikersnaam", "User name";
        right: "Recht “Spotler”", "Right “Spotler”";
        yourself: "Uw eigen recht kunt u niet afnemen.", "You cannot take your own right away.";
        new: "Nieuwe gebruiker", "New user";
        password: "Wachtwoord", "Password";
        password_hint: "10 tot 200 tekens", "10 to 200 characters";
        make: "Gebruiker toevoegen", "Add the user";
        give: "Recht geven", "Give the right";
        take: "Recht afnemen", "Take the right";
        e_id: "Een gebruikersnaam heeft 1 tot 200 tekens nodig.", "A user name needs 1 to 200 characters.";
        e_exists: "Deze gebruiker is er al.", "There is this user already.";
        e_password: "Een wachtwoord heeft 10 tot 200 tekens nodig.", "A password needs 10 to 200 characters.";
    }
}

#[derive(Template)]
#[template(path = "users.html")]
struct Users<'a> {
    frame: &'a Frame,
    w: &'static UserWords,
    may: bool,
    problem: Option<&'static str>,
    rows: Vec<Row>,
    id: String,
    name: String,
}

struct Row {
    id: String,
    name: String,
    right: bool,
    yourself: bool,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit, None, &Fields::default()).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
    typed: &Fields,
) -> Result<Users<'a>, Trouble> {
    let me = visit.frame.user.as_ref().map_or("", |it| &it.user);
    let row = |it: User| Row {
        right: it.has(SPOTLER_RIGHT),
        yourself: it.id == me,
        id: it.id,
        name: it.name,
    };
    let users = visit.host.crm().users().await?;
    Ok(Users {
        frame: &visit.frame,
        w: UserWords::of(visit.language()),
        may: visit.may(),
        problem,
        rows: users.into_iter().map(row).collect(),
        id: typed.get("id").to_owned(),
        name: typed.get("name").to_owned(),
    })
}

/// Gives or takes the right, or adds a user; refused without the right.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(None) => visit.go("/users", "saved").await,
        Ok(Some(problem)) => visit.refuse(gather(&visit, Some(problem), &fields).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    visit.needs_right()?;
    let (crm, w) = (visit.host.crm(), UserWords::of(visit.language()));
    let id = fields.get("id");
    let users = crm.users().await?;
    let known = users.iter().find(|it| it.id == id);
    let give = match fields.get("do") {
        "give" => true,
        "take" => false,
        "new" => {
            let (password, length) = (fields.get("password"), 1..=200);
            let characters = password.chars().count();
            if !length.contains(&id.len()) {
                return Ok(Some(w.e_id));
            }
            if known.is_some() {
                return Ok(Some(w.e_exists));
            }
            if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&characters) {
                return Ok(Some(w.e_password));
            }
            let rights: &[&str] = if fields.ticked("right") {
                &[SPOTLER_RIGHT]
            } else {
                &[]
            };
            crm.set_user(id, fields.get("name"), rights).await?;
            return set_password(visit, id, password).await.map(|()| None);
        }
        _ => return Err(Trouble::NotFound),
    };
    let user = known.ok_or(Trouble::NotFound)?;
    let me = visit.frame.user.as_ref().map_or("", |it| &it.user);
    if !give && user.id == me {
        return Ok(Some(w.yourself));
    }
    let others = user.rights.iter().filter(|it| *it != SPOTLER_RIGHT);
    let mut rights: Vec<&str> = others.map(String::as_str).collect();
    if give {
        rights.push(SPOTLER_RIGHT);
    }
    crm.set_user(&user.id, &user.name, &rights).await?;
    Ok(None)
}

async fn set_password(visit: &Visit, id: &str, password: &str) -> Result<(), Trouble> {
    // A user who was only tried is not there to get a password.
    if visit.rehearsal.is_some() {
        return Ok(());
    }
    match visit.host.crm().set_password(id, password).await {
        Ok(()) => Ok(()),
        Err(PasswordError::Store(error)) => Err(HostError::from(error).into()),
        Err(PasswordError::Length | PasswordError::UnknownUser(_) | PasswordError::Hash) => {
            Err(Trouble::NotFound)
        }
    }
}
