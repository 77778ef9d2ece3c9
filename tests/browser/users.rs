//! Users: one is added, logs in, and gets the right for the connection.

use host_demo::explain::Language;
use koppel_tests::ADMIN;

use crate::browser::Browser;
use crate::site::{PASSWORD, Site};

/// Logs in by the form.
async fn log_in(browser: &Browser, user: &str, password: &str) {
    browser.go("/login").await;
    browser.fill(browser.say("Gebruiker", "User"), user).await;
    browser
        .fill(browser.say("Wachtwoord", "Password"), password)
        .await;
    browser.press(browser.say("Inloggen", "Log in")).await;
}

async fn added_and_trusted(language: Language) {
    let site = Site::new().await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Gebruikers", "Users")).await;
    let add = browser.say("Gebruiker toevoegen", "Add the user");
    let user = browser.say("Gebruikersnaam", "User name");
    browser.fill(user, "lotte").await;
    browser
        .fill(browser.say("Naam", "Name"), "Lotte Bakker")
        .await;
    browser
        .fill(browser.say("Wachtwoord", "Password"), "te kort")
        .await;
    browser.press(add).await;
    browser
        .sees(browser.say("10 tot 200 tekens nodig", "needs 10 to 200 characters"))
        .await;
    browser
        .fill(browser.say("Wachtwoord", "Password"), PASSWORD)
        .await;
    browser.press(add).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;

    let other = site.browser(language).await;
    log_in(&other, "lotte", "een ander wachtwoord").await;
    other
        .sees(other.say("horen niet bij elkaar", "do not belong together"))
        .await;
    log_in(&other, "lotte", PASSWORD).await;
    other.sees("Lotte Bakker").await;
    let needs = other.say(
        "daarvoor is het recht “spotler” nodig",
        "that needs the right “spotler”",
    );
    other.go("/connect").await;
    other.sees(needs).await;

    browser.menu(browser.say("Gebruikers", "Users")).await;
    let give = "document.querySelector('button[aria-label$=\": lotte\"]').click();";
    browser.run(give).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    other.go("/connect").await;
    other.sees("Spotler API Key").await;
    other.lacks(needs).await;
    other.press(other.say("Uitloggen", "Log out")).await;
    other.arrives("/login").await;
    other.close().await;
    browser.close().await;
}

/// PV-02: a user is added, logs in, and may make the connection once the right is
/// given.
#[tokio::test]
async fn a_user_is_added_logs_in_and_is_given_the_right_in_dutch() {
    added_and_trusted(Language::Dutch).await;
}

/// PV-02: the same in English.
#[tokio::test]
async fn a_user_is_added_logs_in_and_is_given_the_right_in_english() {
    added_and_trusted(Language::English).await;
}
