// A dashboard of the cameras of `twintrack stream --mqtt`: subscribes to the broker and serves a page that follows what it says.
//   node examples/mqtt-dashboard.mjs mqtt://localhost [PORT]       (npm install mqtt)
import { createServer } from 'node:http';
import { connect } from 'mqtt';

const [broker, port = '8081'] = process.argv.slice(2);
/** By name: { state, people, counts }. */
const cameras = {};
const viewers = new Set();

const client = connect(broker);
client.subscribe('twintrack/#');
client.on('error', (error) => console.error(error.message));
client.on('message', (topic, payload) => {
  const [, name, what] = topic.split('/');
  if (!what) return; // twintrack/status
  cameras[name] ??= { state: 'offline', people: 0, counts: {} };
  const camera = cameras[name];
  if (what === 'state') camera.state = String(payload);
  if (what === 'people') camera.people = Number(payload);
  if (what === 'events') count(camera.counts, JSON.parse(payload));
  for (const viewer of viewers) viewer.write(message());
});

/** Counts crossings of lines, `door in`, and visits of zones, since this program was started. */
function count(counts, { event, line, direction, zone }) {
  const key = event === 'crossed' ? `${line} ${direction}` : event === 'entered' ? `${zone} entered` : undefined;
  if (key) counts[key] = (counts[key] ?? 0) + 1;
}

function message() {
  return `data: ${JSON.stringify(cameras)}\n\n`;
}

const PAGE = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>People</title>
<style>body { font: 1.2rem system-ui; margin: 2rem } td, th { padding: 0.3rem 1.5rem 0.3rem 0; text-align: left }</style>
<table><thead><tr><th>camera<th>state<th>people<th>counts</thead><tbody></tbody></table>
<script>
  const rows = document.querySelector('tbody');
  new EventSource('/events').onmessage = ({ data }) => {
    rows.replaceChildren(...Object.entries(JSON.parse(data)).map(([name, { state, people, counts }]) => {
      const row = document.createElement('tr');
      const texts = [name, state, people, Object.entries(counts).map(([what, n]) => what + ' ' + n).join(', ')];
      for (const text of texts) row.insertCell().textContent = text;
      return row;
    }));
  };
</script>`;

const server = createServer((request, response) => {
  if (request.url !== '/events') return response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(message());
  viewers.add(response);
  request.once('close', () => viewers.delete(response));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
