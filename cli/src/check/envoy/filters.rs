//! What a filter of ours must say of itself.

use super::{
    super::{configs, yaml::Node},
    Filter, Warnings,
};

pub(super) fn check(filters: &[Filter<'_>], document: &Node, warnings: &mut Warnings) {
    for filter in filters {
        check_vm(filter, warnings);
        check_failure(filter, warnings);
        check_configuration(filter, warnings);
    }
    check_vm_ids(filters, document, warnings);
}

fn check_vm(filter: &Filter<'_>, warnings: &mut Warnings) {
    let Some(vm) = filter.plugin.get("vm_config") else {
        return warnings.add(filter.entry, "no-vm", format!("{}: has no vm_config", filter.name));
    };
    if vm.text_of("vm_id").is_none_or(str::is_empty) {
        let message = "has no vm_id: every module without one can read and write its shared data";
        warnings.add(vm, "no-vm-id", format!("{}: {message}", filter.name));
    }
    let restriction = ["capability_restriction_config", "allowed_capabilities"];
    if [filter.plugin, vm].iter().all(|node| node.path(&restriction).is_none()) {
        let message = "has no capability_restriction_config: it may call all that the proxy offers";
        warnings.add(vm, "no-capability-restriction", format!("{}: {message}", filter.name));
    }
}

fn check_failure(filter: &Filter<'_>, warnings: &mut Warnings) {
    let policy = filter.plugin.get("failure_policy");
    match policy.and_then(Node::text) {
        Some("FAIL_OPEN") => {
            let message = "FAIL_OPEN lets everything through unscanned after one failure";
            warnings.add(policy.unwrap_or(filter.plugin), "fail-open", message);
        }
        Some("FAIL_RELOAD" | "FAIL_CLOSED") => {}
        _ if filter.plugin.is_true("fail_open") => {
            let message = "fail_open lets everything through unscanned after one failure";
            warnings.add(filter.plugin, "fail-open", message);
        }
        _ => {
            let message = "has no failure_policy: after one trap it answers 503 for ever. \
                           FAIL_RELOAD builds a new VM";
            warnings.add(filter.plugin, "no-failure-policy", format!("{}: {message}", filter.name));
        }
    }
    if !filter.plugin.is_true("allow_on_headers_stop_iteration") {
        let message = "without allow_on_headers_stop_iteration a block of a body comes too late \
                       for a real 403";
        warnings.add(filter.plugin, "headers-go-ahead", format!("{}: {message}", filter.name));
    }
}

/// What the filter itself would say of its configuration.
fn check_configuration(filter: &Filter<'_>, warnings: &mut Warnings) {
    let Some(configuration) = filter.plugin.get("configuration") else { return };
    let value = configuration.get("value").unwrap_or(configuration);
    // A struct's numbers and words are texts in what was read, so it cannot be judged.
    let Some(text) = value.text() else { return };
    let read = match filter.is_injecting() {
        true => configs::inject(text.as_bytes(), filter.name.contains("edge"))
            .map(|config| config.hold_headers),
        false => configs::redact(text.as_bytes()).map(|config| config.hold_headers),
    };
    match read {
        Ok(true) if !filter.plugin.is_true("allow_on_headers_stop_iteration") => {
            let message = "hold_headers without allow_on_headers_stop_iteration: a message whose \
                           headers wait never goes on";
            warnings.add(value, "headers-never-go", format!("{}: {message}", filter.name));
        }
        Ok(_) => {}
        Err(error) => warnings.add(value, "configuration", format!("{}: {error}", filter.name)),
    }
}

/// Shared data belongs to a `vm_id`: two modules with one read each other's.
fn check_vm_ids(filters: &[Filter<'_>], document: &Node, warnings: &mut Warnings) {
    let all = document.all(".wasm.v3.Wasm");
    for filter in filters {
        let Some(id) = filter.plugin.path(&["vm_config", "vm_id"]) else { continue };
        let code = |plugin: &Node| plugin.path(&["vm_config", "code"]).map(Node::json);
        let is_shared = all.iter().filter_map(|it| it.get("config")).any(|other| {
            let other_id = other.path(&["vm_config", "vm_id"]).and_then(Node::text);
            other_id == id.text() && code(other) != code(filter.plugin)
        });
        if is_shared && id.text().is_some_and(|id| !id.is_empty()) {
            let message = "another module has the same vm_id: each reads the other's shared data";
            warnings.add(id, "shared-vm-id", format!("{}: {message}", filter.name));
        }
    }
}
