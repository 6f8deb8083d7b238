//! `hushgate explain`.

use std::{io::Write, path::PathBuf, rc::Rc};

use clap::ValueEnum;
use hushgate::{
    config::Config,
    exchange::{Event, Exchange, Flow, Step},
    finders::Finders,
    http::Headers,
    policy::{Direction, Facts, Role},
    record::Record,
};

use crate::{
    check::{configs, effective::actions_line},
    command::check::explained,
    explain::{self, Message, Recorded},
    failure::{Failure, Status},
    masked::masked,
    setup::{read, read_text},
    words::{count, printable},
};

/// Say what the filter would do with a recorded exchange, and why
///
/// Reads a HAR file, as browsers save it, or the text of a request and its response as they go over HTTP/1.1. Nothing
/// that is found is printed, whatever the policy.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A HAR file, or HTTP/1.1 as text; `-` for the input
    file: PathBuf,
    /// The filter's configuration; without one, `{}`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What the listener would say, where the configuration leaves it open
    #[arg(long, value_enum, default_value_t = RoleWord::Inbound)]
    role: RoleWord,
    /// The cluster that the proxy would send it to, for policies
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    cluster: String,
    /// The route that it would take, for policies
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    route: String,
    /// The address that it would come from, for policies
    #[arg(long, value_name = "ADDRESS")]
    source: Option<std::net::IpAddr>,
    /// A URI SAN of the client's certificate, for policies
    #[arg(long, value_name = "URI")]
    uri_san: Vec<String>,
    /// Print the messages as they would go on, too
    #[arg(long)]
    result: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleWord {
    Inbound,
    Outbound,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let config = match &args.config {
        None => Config::default(),
        Some(path) => {
            let text = read_text(path)?;
            let failed = |error| Failure::of(path.display(), explained(&text, &error));
            configs::redact(text.as_bytes()).map_err(failed)?
        }
    };
    let bytes = match args.file.to_str() {
        Some("-") => read_text(&args.file)?.into_bytes(),
        _ => read(&args.file)?,
    };
    let exchanges =
        explain::read(&bytes).map_err(|reason| Failure::of(args.file.display(), reason))?;
    let role = match args.role {
        RoleWord::Inbound => Role::Inbound,
        RoleWord::Outbound => Role::Outbound,
    };
    let config = Rc::new(config);
    for recorded in &exchanges {
        let mut exchange = Exchange::new(Rc::clone(&config), role);
        exchange.know(Facts {
            cluster: args.cluster.clone(),
            route: args.route.clone(),
            source: args.source,
            uri_sans: args.uri_san.clone(),
        });
        let told = tell(exchange, &config, role, recorded, args.result, out);
        told.map_err(Failure::output)?;
    }
    Ok(Status::Clean)
}

fn tell(
    mut exchange: Exchange,
    config: &Config,
    role: Role,
    recorded: &Recorded,
    with_result: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let finders = config.finders(Direction::Response);
    writeln!(out, "{}", printable(&text(recorded.name().as_bytes(), &finders)))?;
    let messages = [
        (Direction::Request, recorded.request.as_ref()),
        (Direction::Response, recorded.response.as_ref()),
    ];
    for (direction, message) in messages {
        let Some(message) = message else { continue };
        let sent = send(&mut exchange, direction, message);
        writeln!(out, "  {}: {}", direction.name(), holding(config, &exchange, role, direction))?;
        let mut records = exchange.take_records();
        records.retain(|record| !matches!(record, Record::Chosen { .. }));
        for record in &records {
            writeln!(out, "    {}", sentence(record))?;
        }
        if records.is_empty() {
            writeln!(out, "    nothing found")?;
        }
        match sent {
            Err(flow) => {
                writeln!(out, "    {flow}")?;
                return Ok(());
            }
            Ok(sent) if with_result => show(&sent, &finders, out)?,
            Ok(_) => {}
        }
    }
    Ok(())
}

/// What holds for a message, and by which policy.
fn holding(config: &Config, exchange: &Exchange, role: Role, direction: Direction) -> String {
    let name = exchange.policy(direction);
    let policy = config.policies.list().iter().find(|policy| Some(policy.name) == name);
    let holding = policy.map_or(config, |policy| &policy.config);
    let mut line = actions_line(holding.actions(holding.role.unwrap_or(role), direction));
    if !holding.entries.is_empty() {
        line.push_str(", but for actions");
    }
    policy.map_or(line.clone(), |policy| format!("{line} (policy {})", policy.name))
}

/// Sends a message through the exchange; what comes out, or why nothing does.
fn send(
    exchange: &mut Exchange,
    direction: Direction,
    message: &Message,
) -> Result<Message, &'static str> {
    let headers: Headers =
        message.headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let end_of_stream = message.body.is_empty();
    let step = exchange.on(Event::Headers { direction, headers: &headers, end_of_stream });
    let mut sent = message.clone();
    apply(&step, &mut sent)?;
    if !end_of_stream {
        let step =
            exchange.on(Event::Body { direction, bytes: &message.body, end_of_stream: true });
        apply(&step, &mut sent)?;
    }
    Ok(sent)
}

fn apply(step: &Step, message: &mut Message) -> Result<(), &'static str> {
    for edit in &step.headers {
        let at = message.headers.iter().position(|(name, _)| *name == edit.name);
        message.headers.retain(|(name, _)| *name != edit.name);
        let at = at.unwrap_or(message.headers.len()).min(message.headers.len());
        let edited = edit.values.iter().map(|value| (edit.name.clone(), value.clone()));
        message.headers.splice(at..at, edited);
    }
    if let Some(body) = &step.body {
        message.body.clone_from(body);
    }
    match step.flow {
        Flow::Refuse(_) => Err("the exchange ends here: the proxy answers instead"),
        Flow::Continue | Flow::Pause => Ok(()),
    }
}

fn sentence(record: &Record) -> String {
    match record {
        Record::Found { rule, confidence, place, action, offset, is_dry_run, .. } => format!(
            "{rule} ({}) in the {} at byte {offset}: {}{}",
            confidence.name(),
            place.name(),
            action.name(),
            if *is_dry_run { ", were it no dry run" } else { "" }
        ),
        Record::Allowed { rule, .. } => format!("{rule}: allowed"),
        Record::Unscanned { reason, .. } => format!("the body is not looked at: {}", reason.name()),
        Record::Resolved { .. } => "what waited at the end is masked".to_owned(),
        Record::Chosen { policy, .. } => format!("policy {policy}"),
        Record::Refused { refusal, .. } => {
            format!("refused with {}: {}", refusal.status(), refusal.reason())
        }
        Record::WouldRefuse { refusal, .. } => {
            let (status, reason) = (refusal.status(), refusal.reason());
            format!("refused with {status}, were it no dry run: {reason}")
        }
    }
}

fn show(message: &Message, finders: &Finders, out: &mut dyn Write) -> std::io::Result<()> {
    for (name, value) in &message.headers {
        let line = format!("{}: {}", text(name, finders), text(value, finders));
        writeln!(out, "      {}", printable(&line))?;
    }
    let body = text(&message.body, finders);
    for line in body.lines() {
        writeln!(out, "      {}", printable(line))?;
    }
    writeln!(out, "      ({})", count(message.body.len() as u64, "byte"))
}

/// What may be printed: a policy that only reports leaves credentials where they are.
fn text(bytes: &[u8], finders: &Finders) -> String {
    String::from_utf8_lossy(&masked(bytes, finders)).into_owned()
}
