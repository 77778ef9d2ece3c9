//! Something that answers as no honest Spotler would.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answering {
    /// `200`, nothing in it.
    Fine,
    /// `302` to another address.
    Redirect,
    /// A body that never ends, as fast as it is read.
    Endless,
    /// A body of which a byte comes now and then, for ever.
    Dripping,
    /// A head that never ends.
    EndlessHead,
}

/// A server, and what it was asked.
#[derive(Clone)]
pub(super) struct Server {
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(answering: Answering, redirect_to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let authority = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heard, to) = (asked.clone(), redirect_to.to_owned());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (heard, to) = (heard.clone(), to.clone());
                tokio::spawn(async move {
                    // The other side hangs up when it has had enough.
                    let _hung_up = serve(socket, answering, &to, &heard).await;
                });
            }
        });
        Self { authority, asked }
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// The heads of all requests so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    answering: Answering,
    redirect_to: &str,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut bytes = [0; 8_192];
    loop {
        let read = socket.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        let head = String::from_utf8_lossy(bytes.get(..read).unwrap_or_default());
        heard.lock().expect("not poisoned").push(head.into_owned());
        match answering {
            Answering::Fine => {
                let fine = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                socket.write_all(fine.as_bytes()).await?;
            }
            Answering::Redirect => {
                let away = format!(
                    "HTTP/1.1 302 Found\r\nlocation: http://{redirect_to}/\r\ncontent-length: 0\r\n\r\n"
                );
                socket.write_all(away.as_bytes()).await?;
            }
            Answering::Endless => {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                socket.write_all(head.as_bytes()).await?;
                let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
                loop {
                    socket.write_all(chunk.as_bytes()).await?;
                }
            }
            Answering::Dripping => {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                socket.write_all(head.as_bytes()).await?;
                loop {
                    socket.write_all(b"1\r\nx\r\n").await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            Answering::EndlessHead => {
                socket.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                loop {
                    let line = format!("x-more: {}\r\n", "x".repeat(1_000));
                    socket.write_all(line.as_bytes()).await?;
                }
            }
        }
    }
}
