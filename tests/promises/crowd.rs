//! Many people at once, imported as one file.

use std::fmt::Write as _;

use koppel_tests::World;

/// People 1 to `count` with an opt-in for permission 1, without the attribute, imported.
/// Their saves would come to nothing one by one, because nobody is linked: they are taken
/// out of the queue.
pub(crate) async fn import_people(world: &World, count: usize) {
    import_people_of_whom(world, count, count).await;
}

/// The same, but only the first so many have the opt-in: the others are part of every
/// selection and of no list.
pub(crate) async fn import_people_of_whom(world: &World, count: usize, opted_in: usize) {
    let attributes = world.host.crm().attributes().await.expect("permissions");
    let permission = attributes.iter().find(|it| it.bit == 1);
    let permission = &permission.expect("permission 1").name;
    let mut file = String::from("kind,id,first_name,last_name,email,permissions\n");
    for number in 1..=count {
        let permission = if number <= opted_in { permission } else { "" };
        let line = writeln!(
            file,
            "contact,{number},Piet,Jansen,p{number}+x@voorbeeld.nl,{permission}"
        );
        line.expect("text");
    }
    let imported = host_demo::import::import(world.host.crm(), file.as_bytes(), |_| ()).await;
    assert_eq!(imported.expect("imported").created, count as u64);
    let crm = world.host.crm();
    let taken_out = crm.store().write(crm.tenant(), |connection| {
        Box::pin(async move {
            let saves = "DELETE FROM koppel_event WHERE hook = 'on-contact-saved'";
            sqlx::query(saves).execute(connection).await
        })
    });
    let taken_out = taken_out.await.expect("taken out").rows_affected();
    assert_eq!(taken_out, count as u64);
    world.run_to_the_end().await;
}
