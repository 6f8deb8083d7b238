//! What surrounds a filter on the client's side: addresses, logs, and the order of filters.

use super::{super::yaml::Node, Chain, Filter, Warnings, of_chain};

/// What an access log must not print where a URL may hold a credential: the path with its query.
const PATHS: &[&str] = &["REQ(:PATH)", "?:PATH)", "%PATH%", "PATH(WQ", "PATH()"];

pub(super) fn connection_managers(document: &Node) -> Vec<Chain<'_>> {
    let managers = document.all(".v3.HttpConnectionManager").into_iter();
    managers
        .map(|owner| Chain { owner, filters: owner.get("http_filters").map_or(&[], Node::list) })
        .collect()
}

pub(super) fn check(
    chains: &[Chain<'_>],
    filters: &[Filter<'_>],
    document: &Node,
    warnings: &mut Warnings,
) {
    let trusts_address =
        filters.iter().filter_map(|filter| filter.json.as_ref()).any(|(json, _)| {
            json.get("trust_source_address").is_some_and(|it| it == true || it == "true")
        });
    for chain in chains {
        if trusts_address && !chain.owner.is_true("use_remote_address") {
            let message = "trust_source_address without use_remote_address: a client chooses its \
                           address with X-Forwarded-For";
            warnings.add(chain.owner, "spoofable-source", message);
        }
        check_logs(chain, warnings);
        check_order(chain, warnings);
    }
    if let Some(admin) = document.get("admin") {
        let address = admin.path(&["address", "socket_address", "address"]);
        if address.is_some_and(|address| !address.text().is_some_and(is_loopback)) {
            let message = "the admin interface can stop the proxy and shows its configuration: \
                           loopback only";
            warnings.add(admin, "open-admin", message);
        }
    }
}

pub(super) fn is_loopback(address: &str) -> bool {
    address.starts_with("127.") || address == "::1" || address == "localhost"
}

fn check_logs(chain: &Chain<'_>, warnings: &mut Warnings) {
    for log in chain.owner.get("access_log").map_or(&[][..], Node::list) {
        let Some(config) = log.get("typed_config") else { continue };
        let mut formats = Vec::new();
        config.walk(&mut |node| formats.extend(node.text()));
        let has_format = ["log_format", "format", "json_format", "text_format"]
            .iter()
            .any(|name| config.get(name).is_some());
        let prints = formats.iter().any(|text| PATHS.iter().any(|path| text.contains(path)));
        if prints || !has_format {
            let what = if prints { "the access log" } else { "the access log's default format" };
            let message = format!(
                "{what} prints paths with their queries, where credentials reach logs first: \
                 %PATH(NQ:PATH)% leaves the query out"
            );
            warnings.add(log, "url-logging", message);
        }
    }
}

fn check_order(chain: &Chain<'_>, warnings: &mut Warnings) {
    let name = |entry: &Node| entry.text_of("name").unwrap_or_default().to_owned();
    let is_a = |entry: &Node, kind: &str| {
        let typed = entry.get("typed_config").and_then(|it| it.text_of("@type"));
        typed.is_some_and(|it| it.contains(kind))
    };
    for (place, filter) in of_chain(chain.filters) {
        let (before, behind) = chain.filters.split_at(place);
        let behind = behind.get(1..).unwrap_or_default();
        if let Some(coder) = behind.iter().find(|entry| is_a(entry, ".http.compressor.")) {
            let message = format!(
                "{} compresses responses before {} sees them: put it first",
                name(coder),
                filter.name
            );
            warnings.add(coder, "coded-before", message);
        }
        if !filter.is_injecting() {
            continue;
        }
        let message = "injects before the route is final: a mirror or another route's cluster \
                       may get the key. Put it into the cluster's own http_filters";
        warnings.add(filter.entry, "downstream-injection", format!("{}: {message}", filter.name));
        if let Some(cache) = before.iter().find(|entry| is_a(entry, ".http.cache.")) {
            let message = format!("{}: answers without {}", name(cache), filter.name);
            warnings.add(cache, "cache-before", message);
        }
        let mut mirrors = Vec::new();
        chain.owner.walk(&mut |node| mirrors.extend(node.get("request_mirror_policies")));
        for mirror in mirrors {
            let message = format!("what {} injects goes to the mirror as well", filter.name);
            warnings.add(mirror, "mirror", message);
        }
        let last = behind.first().is_none_or(|entry| is_a(entry, ".http.router."));
        if !last {
            let message = "another filter stands between it and the router: it sees the key";
            warnings.add(filter.entry, "not-last", format!("{}: {message}", filter.name));
        }
    }
}
