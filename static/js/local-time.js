/* The reader's own time beside each moment of a page (strongcities/moments.py) whose reader the site doesn't know: the zone is this
   device's. Nothing is written where its clock shows the same. Without this script the hour stands there with its zone. */

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // 30 September
const digits = `${language}-u-nu-latn-hc-h23`; // 14:00, in the digits of the page
const inDays = new Intl.DateTimeFormat(digits, { day: "numeric", month: "long" });
const inHours = new Intl.DateTimeFormat(digits, { hour: "2-digit", minute: "2-digit" });
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const fill = (pattern, words) => pattern.replace(/\{(\w+)\}/g, (_, name) => words[name]);
const dateAt = (point, offset) => new Date(point.at.getTime() + offset * 60_000).toISOString().slice(0, 10);

function write(moment) {
  const points = Array.from(moment.querySelectorAll("time"), (time) => {
    const at = new Date(time.dateTime);
    return { at, there: Number(time.dataset.offset), here: -at.getTimezoneOffset() };
  });
  if (!zone || points.every((point) => point.here === point.there)) return;
  const dates = new Set(points.flatMap((point) => [dateAt(point, point.there), dateAt(point, point.here)]));
  let date = dates.size === 1 ? [...dates][0] : "";
  const told = points.map((point) => {
    const time = inHours.format(point.at);
    if (dateAt(point, point.here) === date) return time;
    date = dateAt(point, point.here);
    return fill(moment.dataset.day, { day: inDays.format(point.at), time });
  });
  const when = told.length === 1 ? told[0] : fill(moment.dataset.span, { start: told[0], end: told[1] });
  const yours = document.createElement("span");
  yours.className = "moment-yours";
  yours.textContent = fill(moment.dataset.yours, { when, city: zone });
  const dot = document.createElement("span");
  dot.className = "moment-dot";
  dot.textContent = "\u00a0· ";
  moment.append(dot, yours);
}

document.querySelectorAll(".moment[data-yours]").forEach(write);
