//! Journeys: the four examples, what a message gets, stopping, at most once, and each refusal in words.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::screen::{heading, say};
use super::mail;
use super::stage::{Stage, list, text};

/// The contact of most of the story.
const ANNA: &str = "K-1";
/// Somebody else, for two at a time.
const BO: &str = "K-2";

/// The trigger codes that Spotler made.
#[derive(Debug)]
struct Codes {
    confirmation: String,
    cart: String,
    review: String,
    life_cycle: String,
}

/// Tells the story.
pub(crate) fn tell(stage: &mut Stage, folder: &Path) -> Result<()> {
    let codes = listed(stage)?;
    sign_up(stage, &codes)?;
    lint(stage, &codes, folder)?;
    cart(stage)?;
    review(stage, &codes)?;
    life_cycle(stage, &codes)?;
    by_hand(stage, &codes)?;
    at_most_once(stage, &codes)?;
    refusals(stage)
}

/// A message as a step of a journey.
fn email(subject: &str, body: &str) -> Value {
    let mut message = mail::message(subject);
    message["body"] = body.into();
    json!({"send_email": message})
}

/// Makes a journey in Spotler's screens; answers the code of its external trigger.
fn make(stage: &Stage, draft: &Value) -> Result<String> {
    let mut action = draft.clone();
    action["action"] = "make".into();
    let id = stage.in_spotler("journeys", &action)?["id"].clone();
    let journeys = list(&stage.look("journeys")?, "journeys")?;
    let made = journeys
        .iter()
        .find(|it| it["id"] == id)
        .context("Spotler did not make the journey")?;
    Ok(text(&made["triggers"][0], "code").to_owned())
}

fn listed(stage: &Stage) -> Result<Codes> {
    heading("1  Four journeys in Spotler, each with an external trigger, are listed in the CRM");
    stage.connect("default")?;
    for (id, name) in [(ANNA, "Anna"), (BO, "Bo")] {
        let (first, email) = (
            format!("first_name={name}"),
            format!("email={}@relaties.example", name.to_lowercase()),
        );
        stage.crm.ask(&[
            "contact",
            "add",
            "--id",
            id,
            "--gate",
            "--set",
            &first,
            "--set",
            "last_name=de Boer",
            "--set",
            &email,
        ])?;
        stage.crm.ask(&[
            "contact",
            "permission",
            id,
            "1",
            "given",
            "--evidence",
            "form",
        ])?;
    }
    stage.work()?;
    let later = |days: i64| days * 86_400;
    let cart =
        "[automationfield:productlist] [automationfield:linktocart] [automationfield:voucher]";
    let codes = Codes {
        confirmation: make(
            stage,
            &json!({
                "kind": "automation", "name": "Bevestiging nieuwsbrief", "steps": [{"do": email("Welkom", "Fijn!")}],
            }),
        )?,
        cart: make(
            stage,
            &json!({
                "kind": "automation", "name": "Verlaten winkelwagen", "steps": [{"do": email("Vergeten?", cart)}],
            }),
        )?,
        review: make(
            stage,
            &json!({
                "kind": "automation", "name": "Productreview",
                "steps": [{"delay_s": later(14), "do": email("Wat vindt u ervan?", "[automationfield:productlist]")}],
            }),
        )?,
        life_cycle: make(
            stage,
            &json!({
                "kind": "campaign", "name": "Levenscyclus klant", "repeatable": true,
                "steps": [
                    {"do": email("Welkom als klant", "1")},
                    {"delay_s": later(30), "do": email("Al een maand klant", "2")},
                    {"delay_s": later(30), "do": email("Twee maanden klant", "3")},
                ],
            }),
        )?,
    };
    stage.type_in(&["journey", "refresh"])?;
    stage.work()?;
    stage.type_in(&["journey", "list"])?;
    let journeys = list(&stage.crm.ask(&["journey", "list"])?, "journeys")?;
    for code in [
        &codes.confirmation,
        &codes.cart,
        &codes.review,
        &codes.life_cycle,
    ] {
        let has = |it: &Value| it["active"] == true && it["triggers"][0]["code"] == code.as_str();
        ensure!(
            journeys.iter().any(has),
            "the journey with the trigger {code} is not listed"
        );
    }
    Ok(codes)
}

fn sign_up(stage: &Stage, codes: &Codes) -> Result<()> {
    heading("2  A sign-up for the newsletter is confirmed at once");
    let bind = [
        "journey",
        "bind",
        "newsletter",
        "--sign-up",
        "newsletter",
        "--start",
        &codes.confirmation,
    ];
    let warnings = || -> Result<usize> {
        let lines = list(&stage.crm.ask(&["log"])?, "lines")?;
        Ok(lines
            .iter()
            .filter(|it| it["code"] == "log-own-confirmation")
            .count())
    };
    stage.type_in(&[&bind[..], &["--own-confirmation"]].concat())?;
    stage.work()?;
    ensure!(warnings()? == 1, "nobody is warned of two confirmations");
    say("the CRM sends a confirmation of its own, so the log warns:");
    stage.type_in(&["log", "--limit", "1"])?;
    say("it is switched off there:");
    stage.type_in(&bind)?;
    stage.work()?;
    ensure!(
        warnings()? == 1,
        "it warns although the CRM's own confirmation is off"
    );
    let before = stage.spotler.request_count()?;
    let form = [
        "signup",
        "newsletter",
        "cas@relaties.example",
        "--permission",
        "1",
        "--first-name",
        "Cas",
        "--id",
        "form-1",
    ];
    stage.type_in(&form)?;
    stage.work()?;
    let requests = stage.spotler.requests_since(before)?;
    for request in &requests {
        say(&format!("  {request}"));
    }
    let at = |start: &str| requests.iter().position(|it| it.starts_with(start));
    let (added, started) = (at("POST /contact"), at("POST /automation/trigger"));
    ensure!(
        added.is_some() && added < started,
        "the contact is not added before the trigger: {requests:?}"
    );
    let cas = stage.spotler.contact("cas@relaties.example")?;
    ensure!(
        cas["sets"]["permissions"] == json!([1]),
        "the permission is not on: {cas}"
    );
    expect_sends(stage, &["Fijn!"])?;
    say("in Spotler: the contact with its permission, and the confirmation is sent");
    stage.type_in(&form)?;
    stage.work()?;
    expect_sends(stage, &["Fijn!"])?;
    say("the same form once more: nothing is sent again");
    Ok(())
}

fn lint(stage: &Stage, codes: &Codes, folder: &Path) -> Result<()> {
    heading("3  The message of the abandoned cart is checked before it is used");
    stage.type_in(&[
        "journey",
        "bind",
        "cart",
        "--cart",
        "abandoned",
        "--start",
        &codes.cart,
    ])?;
    stage.type_in(&[
        "journey",
        "fields",
        &codes.cart,
        "--set",
        "voucher=value:voucher",
        "--set",
        "company=field:organisation",
    ])?;
    stage.work()?;
    let file = folder.join("message.html");
    let message = "Beste [automationfield:firstname], [automationfield:linktocart]\n[automationfield:Voucher] [automationfield:com pany]";
    fs::write(&file, message).context("could not write the message")?;
    say(message);
    let file = file.to_string_lossy();
    let findings = list(
        &stage.crm.ask(&["journey", "lint", &codes.cart, &file])?,
        "findings",
    )?;
    let found: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|it| (text(it, "lint"), text(it, "name"), text(it, "meant")))
        .collect();
    let expected = [
        ("missing", "firstname", ""),
        ("other-case", "Voucher", "voucher"),
        ("white-space", "com pany", "company"),
    ];
    ensure!(found == expected, "the linter finds {found:?}");
    stage.type_in(&["journey", "lint", &codes.cart, &file])?;
    fs::write(
        &*file,
        "[automationfield:linktocart] [automationfield:voucher]",
    )?;
    let findings = list(
        &stage.crm.ask(&["journey", "lint", &codes.cart, &file])?,
        "findings",
    )?;
    ensure!(
        findings.len() == 1 && findings[0]["lint"] == "unused" && findings[0]["name"] == "company",
        "a field that no placeholder shows is not found: {findings:?}"
    );
    say("with the placeholders mended, what is left: the field `company` is sent and not shown");
    stage.crm.ask(&[
        "journey",
        "fields",
        &codes.cart,
        "--set",
        "voucher=value:voucher",
    ])?;
    stage.work()?;
    let findings = list(
        &stage.crm.ask(&["journey", "lint", &codes.cart, &file])?,
        "findings",
    )?;
    ensure!(findings.is_empty(), "the linter still finds {findings:?}");
    Ok(())
}

fn cart(stage: &Stage) -> Result<()> {
    heading("4  An abandoned cart");
    for id in ["p-1", "p-2"] {
        let page = format!("https://winkel.example/{id}");
        let product = json!({
            "externalId": id, "name": id, "link": page, "price": "100", "imageUrl": page, "imageLargeUrl": page,
        });
        let asked = json!({"method": "POST", "path": "/product", "body": {"product": product}});
        stage
            .spotler
            .control("POST", "/_sim/other-system", &asked)?;
    }
    say("the webshop has synced its products to Spotler itself, so their ids are enough");
    let before = stage.spotler.request_count()?;
    let cart = |id: &str, link: &str| -> Result<()> {
        stage.type_in(&[
            "shop",
            "cart",
            id,
            ANNA,
            "abandoned",
            "--product",
            "p-1",
            "--product",
            "p-2",
            "--link",
            link,
            "--with",
            "voucher=LENTE",
        ])?;
        stage.work().map(drop)
    };
    cart("c-0", "http://winkel.example/cart/c-0")?;
    ensure!(
        stage.spotler.request_count()? == before,
        "a link that is not https reached Spotler"
    );
    expect(stage, "on-cart-changed", "message-field-refused")?;
    cart("c-1", "https://winkel.example/cart/c-1")?;
    expect(stage, "on-cart-changed", "journey-started")?;
    let sent = stage.last_body("POST /automation/trigger/*")?["automationFields"].clone();
    let expected = json!([
        {"name": "voucher", "type": "STRING", "values": ["LENTE"]},
        {"name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"]},
        {"name": "linktocart", "type": "URL", "values": ["https://winkel.example/cart/c-1"]},
    ]);
    let sorted = |it: &Value| {
        let mut fields: Vec<String> = it
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        fields.sort();
        fields
    };
    ensure!(sorted(&sent) == sorted(&expected), "Spotler got {sent}");
    for field in sent.as_array().into_iter().flatten() {
        say(&format!("  {field}"));
    }
    expect_sends(
        stage,
        &["Fijn!", "p-1,p-2 https://winkel.example/cart/c-1 LENTE"],
    )
}

fn review(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("5  A product review, fourteen days after the order is completed");
    stage.type_in(&[
        "journey",
        "bind",
        "review",
        "--order",
        "completed",
        "--start",
        &codes.review,
    ])?;
    stage.work()?;
    let order = |stage: &Stage, status: &str| -> Result<()> {
        stage.type_in(&[
            "shop",
            "order",
            "o-1",
            ANNA,
            status,
            "--product",
            "p-1",
            "--product",
            "p-2",
        ])?;
        stage.work().map(drop)
    };
    order(stage, "paid")?;
    expect(stage, "on-order-changed", "not-bound")?;
    order(stage, "completed")?;
    expect(stage, "on-order-changed", "journey-started")?;
    let before = mail::sends(stage)?.len();
    let began = Instant::now();
    stage.pass(335.hours().minutes(59).seconds(59))?;
    ensure!(
        mail::sends(stage)?.len() == before,
        "Spotler did not wait for fourteen days"
    );
    stage.pass(1.second())?;
    let took = began.elapsed().as_millis();
    let sends = mail::sends(stage)?;
    ensure!(
        sends.len() == before + 1,
        "after fourteen days nothing was sent"
    );
    let last = sends
        .last()
        .map(|it| text(it, "body").to_owned())
        .unwrap_or_default();
    ensure!(
        last == "p-1,p-2",
        "the message shows other products: {last}"
    );
    say(&format!(
        "{} (fourteen days on the virtual clock, {took} ms on the wall): sent, with p-1 and p-2",
        stage.time()
    ));
    say("the waiting is Spotler's: the CRM did nothing meanwhile");
    for status in ["refunded", "completed"] {
        order(stage, status)?;
    }
    expect(stage, "on-order-changed", "already-started")?;
    Ok(())
}

fn life_cycle(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("6  The life cycle starts with a customer and stops with an ex-customer");
    stage.type_in(&[
        "journey",
        "bind",
        "customer",
        "--stage",
        "klant",
        "--start",
        &codes.life_cycle,
    ])?;
    stage.type_in(&[
        "journey",
        "bind",
        "ex-customer",
        "--stage",
        "ex-klant",
        "--stop",
        &codes.life_cycle,
    ])?;
    stage.work()?;
    stage.type_in(&["sale", "s-1", BO, "klant"])?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "started")?;
    let before = mail::sends(stage)?.len();
    stage.pass((31 * 24).hours())?;
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "the second message was not sent after a month"
    );
    say(&format!("{}: the second message was sent", stage.time()));
    stage.type_in(&["sale", "s-1", BO, "ex-klant"])?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "stopped")?;
    stage.pass((60 * 24).hours())?;
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "an ex-customer got the message that was to come"
    );
    say(&format!("{}: the third one was never sent", stage.time()));
    Ok(())
}

fn by_hand(stage: &Stage, codes: &Codes) -> Result<()> {
    heading("7  By hand: started for two, three times for one, one of them stopped, and then all");
    let code = make(
        stage,
        &json!({
            "kind": "automation", "name": "Elke maand", "steps": [{"delay_s": 86_400, "do": email("Deze maand", "x")}],
        }),
    )?;
    stage.crm.ask(&["journey", "refresh"])?;
    stage.work()?;
    stage.type_in(&["journey", "start", &code, ANNA, BO])?;
    stage.work()?;
    expect(stage, "run-action", "journeys-done")?;
    for _ in 0..2 {
        stage.crm.ask(&["journey", "start", &code, ANNA])?;
        stage.work()?;
    }
    let running = |contact: &str| -> Result<Vec<Value>> {
        let here = standing(stage, contact, &code)?;
        list(&here, "participations")
    };
    let three = running(ANNA)?;
    ensure!(three.len() == 3, "it was started three times: {three:?}");
    let second = three[1].as_str().unwrap_or_default().to_owned();
    stage.type_in(&["journey", "stop", &code, ANNA, "--participation", &second])?;
    stage.work()?;
    let in_spotler = || -> Result<usize> {
        let all = list(&stage.look("journeys")?, "participations")?;
        Ok(all.iter().filter(|it| it["progress"] == "running").count())
    };
    ensure!(
        running(ANNA)?.len() == 2 && in_spotler()? == 3,
        "not exactly one participation was stopped"
    );
    stage.type_in(&["journey", "stop", &code, ANNA])?;
    stage.work()?;
    ensure!(
        running(ANNA)?.is_empty() && in_spotler()? == 1,
        "not all of Anna's participations were stopped"
    );
    expect_standing(stage, ANNA, &code, "stopped")?;
    say("the switches of the pop-up do the same:");
    let (on, off) = (format!("on={}", codes.life_cycle), format!("off={code}"));
    stage.type_in(&["action", "set-journeys", BO, "--with", &on, "--with", &off])?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "started")?;
    expect_standing(stage, BO, &code, "stopped")?;
    ensure!(
        in_spotler()? == 1,
        "Spotler has other participations than the switches show"
    );
    stage.type_in(&["journey", "show", BO])?;
    Ok(())
}

fn at_most_once(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("8  The answer to a start is lost: nobody is mailed twice");
    let fault = json!({
        "on": "POST /automation/trigger/*", "when": {"next": {"times": 1}}, "fault": "reset_after_work",
    });
    stage.spotler.control("POST", "/_sim/faults", &fault)?;
    let before = mail::sends(stage)?.len();
    stage.type_in(&["journey", "start", &codes.confirmation, ANNA])?;
    stage.work()?;
    expect(stage, "run-action", "start-unsure")?;
    expect_standing(stage, ANNA, &codes.confirmation, "unsure")?;
    let requests = stage.spotler.request_count()?;
    stage.pass((24).hours())?;
    stage.work_to_the_end()?;
    ensure!(
        stage.spotler.request_count()? == requests,
        "it was tried again without anybody asking"
    );
    let tasks = list(&stage.crm.ask(&["tasks"])?, "tasks")?;
    let about = format!("contact/{ANNA}");
    let task = tasks.iter().find(|it| it["target"] == about.as_str());
    say(&format!(
        "a day later nothing was tried again; a task: {}",
        text(task.context("there is no task")?, "text")
    ));
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "it was not sent exactly once"
    );
    say("somebody looks in Spotler: it did begin");
    stage.type_in(&[
        "journey",
        "start",
        &codes.confirmation,
        ANNA,
        "--assume-started",
    ])?;
    stage.work()?;
    expect_standing(stage, ANNA, &codes.confirmation, "started")?;
    ensure!(mail::sends(stage)?.len() == before + 1, "it was sent twice");
    Ok(())
}

/// A journey that refuses, and with which reason.
fn refusals(stage: &Stage) -> Result<()> {
    heading("9  What Spotler may answer, in words");
    let draft = |more: Value| {
        let mut draft = json!({"kind": "automation", "name": "x", "steps": [{"delay_s": 86_400, "do": email("x", "x")}]});
        for (name, value) in more.as_object().into_iter().flatten() {
            draft[name] = value.clone();
        }
        make(stage, &draft)
    };
    let limited = draft(json!({"name": "Een keer tegelijk", "participation_limit": 1}))?;
    let once = draft(json!({"kind": "campaign", "name": "Eenmalig"}))?;
    let selected =
        draft(json!({"kind": "campaign", "name": "Alleen kwartaalnieuws", "selection": 2}))?;
    let off = draft(json!({"name": "Uitgezet"}))?;
    let journeys = list(&stage.look("journeys")?, "journeys")?;
    let id = journeys
        .iter()
        .find(|it| it["name"] == "Uitgezet")
        .map(|it| it["id"].clone());
    stage.in_spotler(
        "journeys",
        &json!({"action": "activate", "journey": id, "active": false}),
    )?;
    stage.crm.ask(&["journey", "refresh"])?;
    stage.work()?;
    let start = |code: &str, contact: &str, reason: &str| -> Result<()> {
        let code = if code.is_empty() {
            "no-such-code"
        } else {
            code
        };
        stage.crm.ask(&["journey", "start", code, contact])?;
        stage.work()?;
        expect(stage, "run-action", reason)
    };
    start(&limited, ANNA, "journey-started")?;
    start(&limited, ANNA, "participation-limit")?;
    start(&once, ANNA, "journey-started")?;
    start(&once, ANNA, "already-in-journey")?;
    start(&selected, ANNA, "not-in-selection")?;
    start(&off, ANNA, "journey-inactive")?;
    start("", ANNA, "trigger-not-found")?;
    stage.crm.ask(&[
        "contact",
        "add",
        "--id",
        "K-3",
        "--gate",
        "--set",
        "last_name=Zonder",
    ])?;
    stage.work()?;
    start(&limited, "K-3", "no-email-address")?;
    stage.crm.ask(&["contact", "opt-out", BO])?;
    stage.work()?;
    start(&limited, BO, "no-journey-after-opt-out")?;
    stage.spotler.control(
        "PATCH",
        "/_sim/switches",
        &json!({"account": {"product": "mail"}}),
    )?;
    start(&limited, ANNA, "not-in-your-product")?;
    let status = stage.crm.ask(&["status"])?;
    ensure!(
        status["connection"]["active"] == true,
        "the connection was stopped: {status}"
    );
    say("the connection stays active");
    Ok(())
}

/// The last call of a hook.
fn last(stage: &Stage, hook: &str) -> Result<Value> {
    let history = list(&stage.crm.ask(&["history", "--limit", "20"])?, "history")?;
    let last = history.into_iter().find(|it| it["hook"] == hook);
    last.with_context(|| format!("nothing was called for {hook}"))
}

/// Fails unless the last call of a hook ended for a reason; shows it as a person reads it.
fn expect(stage: &Stage, hook: &str, reason: &str) -> Result<()> {
    let last = last(stage, hook)?;
    ensure!(
        last["reason"] == reason,
        "it should have ended as {reason}: {last}"
    );
    let next = last["next_step"]
        .as_str()
        .map(|it| format!(" {it}"))
        .unwrap_or_default();
    say(&format!(
        "{}: {}{next}",
        text(&last, "outcome"),
        text(&last, "text")
    ));
    Ok(())
}

fn standing(stage: &Stage, contact: &str, code: &str) -> Result<Value> {
    let journeys = list(&stage.crm.ask(&["journey", "show", contact])?, "journeys")?;
    let here = journeys.into_iter().find(|it| it["trigger"] == code);
    here.with_context(|| format!("{contact} shows no journey with the trigger {code}"))
}

fn expect_standing(stage: &Stage, contact: &str, code: &str, expected: &str) -> Result<()> {
    let here = standing(stage, contact, code)?;
    ensure!(
        here["standing"] == expected,
        "it should be {expected}: {here}"
    );
    say(&format!(
        "{contact} in “{}”: {expected}",
        text(&here, "name")
    ));
    Ok(())
}

/// Fails unless exactly these messages went out so far, by their text.
fn expect_sends(stage: &Stage, expected: &[&str]) -> Result<()> {
    let sends = mail::sends(stage)?;
    let sent: Vec<&str> = sends.iter().map(|it| text(it, "body")).collect();
    ensure!(sent == expected, "these messages were sent: {sent:?}");
    if let Some(last) = sends.last() {
        say(&format!(
            "the last message that Spotler sent: {} – {}",
            text(last, "subject"),
            text(last, "body")
        ));
    }
    Ok(())
}
