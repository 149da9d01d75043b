// The front page of a Hookstream server: who you are, what there is, what happens now. Plain DOM, no dependencies.

const MOST_MESSAGES = 100;
const show = (id) => document.getElementById(id);

const element = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });

async function api(path, options = {}) {
  const headers = options.body ? { "Content-Type": "application/json" } : {};
  const response = await fetch(`/api${path}`, { headers, ...options });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(body.detail ?? response.statusText);
  return body;
}

// Signing in and all editing are the admin UI's; this page shares its session.
function showUser(namespace, user) {
  show("who").textContent = user ? `${user.name} · ${user.roles.join(", ") || "no roles"}` : "Not signed in";
  show("who").append(element("a", user ? "Admin UI" : "Sign in", { href: `/admin/${namespace}/` }));
  if (!user) return;
  const leave = element("button", "Sign out", { className: "small" });
  leave.onclick = async () => {
    await api(`/${namespace}/_auth/logout`, { method: "POST" });
    location.reload();
  };
  show("who").append(leave);
}

function showCollections(namespace, collections) {
  for (const { name, label } of collections) {
    const path = `/api/${namespace}/${name}`;
    const item = element("li", "");
    item.append(element("a", label, { href: path }), " ", element("code", path));
    show("collections").append(item);
  }
}

function showJobs(namespace, jobs) {
  show("jobs-section").hidden = jobs.length === 0;
  for (const { name, description, input } of jobs) {
    const item = element("li", "");
    const text = element("span", `${name} `);
    text.append(element("small", description));
    item.append(text);
    show("jobs").append(item);
    if (input) continue; // what to give it is for the API to be told, or for the command line
    const run = element("button", "Run", { className: "small", ariaLabel: `Run ${name}` });
    run.onclick = async () => {
      try {
        const { jobId } = await api(`/${namespace}/_jobs/${name}`, { method: "POST", body: "{}" });
        showMessage({ type: "job queued", channel: name, jobId });
      } catch (problem) {
        showMessage({ type: "job refused", channel: name, detail: problem.message });
      }
    };
    item.append(run);
  }
}

function showMessage({ type, channel, timestamp, ...rest }) {
  const time = new Date(timestamp ?? Date.now()).toLocaleTimeString();
  const item = element("li", "");
  item.append(element("strong", type), " ", element("small", `${channel ?? ""} · ${time}`));
  if (Object.keys(rest).length) item.append(document.createElement("br"), element("code", JSON.stringify(rest)));
  show("messages").prepend(item);
  while (show("messages").children.length > MOST_MESSAGES) show("messages").lastChild.remove();
}

function listen(namespace, channels) {
  show("channels").textContent = channels.length ? `Listening to ${channels.join(", ")}` : "No channel is open to you";
  if (!channels.length) return;
  const source = new EventSource(`/api/${namespace}/_events?channels=${encodeURIComponent(channels.join(","))}`);
  source.onmessage = ({ data }) => showMessage(JSON.parse(data));
  source.addEventListener("reset", ({ data }) => showMessage({ type: "reset", ...JSON.parse(data) }));
  source.addEventListener("expired", () => location.reload());
}

async function start() {
  const { projects } = await api("");
  const { namespace, label } = projects.find(({ namespace: ns }) => `#${ns}` === location.hash) ?? projects[0];
  show("label").textContent = document.title = label || namespace;
  const project = await api(`/${namespace}`);
  showUser(namespace, project.user);
  showCollections(namespace, project.collections);
  showJobs(namespace, project.jobs);
  listen(namespace, project.channels);
}

addEventListener("hashchange", () => location.reload()); // the fragment may name another project
await start();
