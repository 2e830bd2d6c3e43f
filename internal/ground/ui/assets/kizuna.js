// The one script of our own. Every page works without it; nothing here decides anything.
(() => {
	"use strict";
	const root = document.documentElement;
	root.classList.add("scripted");
	const all = (selector, from = document) => [...from.querySelectorAll(selector)];
	const composing = (e) => e.isComposing || e.keyCode === 229;
	const keysOn = () => root.dataset.keys !== "off";
	const typing = (el) => el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset)$/.test(el.type)));
	const said = () => document.getElementById("said");
	const say = (word, values = {}) => {
		const box = said();
		if (box) box.textContent = Object.entries(values).reduce((s, [k, v]) => s.replace(`{${k}}`, v), box.dataset[word] || "");
	};

	// Words with a placeholder are drawn with it bare, for filling here.
	const fill = (s, values) => Object.entries(values).reduce((t, [k, v]) => t.replace(`{${k}}`, v), s || "");

	// A page restored from history gets its buttons back.
	addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));

	// Sending twice: the first counts; the server would ignore the second anyway.
	document.addEventListener("submit", (e) => {
		const form = e.target;
		if (e.defaultPrevented) return;
		if (form.dataset.sent) return e.preventDefault();
		if (form.dataset.hold && !reached.has(form)) { e.preventDefault(); return reach(form, e.submitter); }
		reached.delete(form);
		if (form.method === "post") {
			form.dataset.sent = "1";
			form.setAttribute("aria-busy", "true");
			setTimeout(() => { delete form.dataset.sent; form.removeAttribute("aria-busy"); }, 8000);
		}
		clearTimeout(saves.get(form));
		saves.delete(form);
	});

	// A form that holds is sent only while the server can be reached: the browser's own page about a
	// lost network would stand where what was typed was.
	const reached = new WeakSet();
	async function reach(form, button) {
		try {
			await fetch(form.dataset.hold, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) });
			reached.add(form);
			form.requestSubmit(button);
		} catch {
			saidIn(form, said().dataset.offline);
			say("offline");
		}
	}
	document.addEventListener("htmx:after:request", (e) => {
		const form = e.target.closest && e.target.closest("form[data-sent]");
		if (form) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
	});

	// Clicks.
	document.addEventListener("click", (e) => {
		const at = (selector) => e.target.closest(selector);
		if (at('[aria-disabled="true"]')) { e.preventDefault(); return; }
		const copy = at("[data-copy]");
		if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy).then(() => say("copied"));
		if (at("[data-print]")) print();
		const close = at("[data-close]");
		if (close) close.closest("[data-toast], dialog").remove();
		const exit = at("[data-exit]");
		if (exit) { e.preventDefault(); leave(exit.href); }
		if (at("[data-keep-going]")) keepGoing();
		for (const menu of all("details[data-menu][open]")) if (!menu.contains(e.target)) menu.open = false;
	});
	const leave = (href) => {
		for (const timer of saves.values()) clearTimeout(timer);
		saves.clear();
		for (const held of all("[data-leave]")) navigator.sendBeacon(held.dataset.leave);
		document.body.hidden = true;
		document.title = "";
		location.replace(href);
	};
	let escapes = 0, escapedAt = 0;

	// Keys.
	const press = (e) => {
		if (composing(e) || e.defaultPrevented) return;
		const el = e.target;
		if (e.key === "Escape") {
			const open = el.closest("details[data-menu][open]") || document.querySelector("details[data-menu][open]");
			if (open) { open.open = false; open.querySelector("summary").focus(); return; }
			const exit = document.querySelector("[data-exit]");
			escapes = e.timeStamp - escapedAt < 1500 ? escapes + 1 : 1;
			escapedAt = e.timeStamp;
			if (exit && escapes >= 3) leave(exit.href);
			return;
		}
		if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
			const form = el.closest("form");
			if (form) { e.preventDefault(); form.requestSubmit(); }
			return;
		}
		if (!keysOn() || e.ctrlKey || e.metaKey || e.altKey || typing(el)) return;
		const roster = document.querySelector("[data-roster]");
		if (roster && rosterKey(e, roster)) return;
		if (e.key === "/") {
			const box = document.querySelector("[data-slash]");
			if (box) { e.preventDefault(); box.focus(); box.select(); }
			return;
		}
		listKey(e);
	};
	document.addEventListener("keydown", press);

	// Lists: j and k move from row to row, x selects, Enter opens.
	const rowOf = (el) => el && el.closest && el.closest("[data-keys-list] tr.row");
	const rowSpot = (row) => row.querySelector(".row-link") || row.querySelector("[data-row]");
	function listKey(e) {
		const key = e.key.toLowerCase();
		const here = rowOf(document.activeElement);
		if (key === "j" || key === "k") {
			const list = here ? here.closest("[data-keys-list]") : document.querySelector("[data-keys-list]");
			if (!list) return;
			const rows = all("tr.row", list);
			const i = here ? rows.indexOf(here) + (key === "j" ? 1 : -1) : 0;
			const next = rows[Math.max(0, Math.min(rows.length - 1, i))];
			if (next) { e.preventDefault(); rowSpot(next).focus(); next.scrollIntoView({ block: "nearest" }); }
		} else if (key === "x" && here) {
			const box = here.querySelector("[data-row]");
			if (box) { e.preventDefault(); box.click(); }
		} else if (key === "enter" && here && document.activeElement.matches("[data-row]")) {
			const link = here.querySelector(".row-link");
			if (link) { e.preventDefault(); link.click(); }
		}
	}

	// Attendance: arrows move from person to person, the marks' letters mark and move on.
	function rosterKey(e, roster) {
		const people = all("[data-person]", roster);
		const here = document.activeElement.closest("[data-person]");
		const i = people.indexOf(here);
		const go = (n) => {
			const person = people[Math.max(0, Math.min(people.length - 1, n))];
			const spot = person.querySelector('input[type="radio"]:checked') || person.querySelector('input[type="radio"]');
			spot.focus();
			person.scrollIntoView({ block: "nearest" });
		};
		if (e.key === "ArrowDown" || e.key === "ArrowUp") {
			if (!here && document.activeElement !== document.body) return false;
			e.preventDefault();
			go(i < 0 ? 0 : i + (e.key === "ArrowDown" ? 1 : -1));
			return true;
		}
		const at = rosterKeys(roster).indexOf(e.key.toUpperCase());
		if (at < 0 || !here) return false;
		e.preventDefault();
		const choice = all('input[type="radio"]', here)[at];
		if (choice) choice.click();
		go(i + 1);
		return true;
	}
	const rosterKeys = (roster) => (roster.dataset.roster || "P,L,E,N").split(",");

	function countRoster(roster) {
		const people = all("[data-person]", roster);
		const marks = new Map([["", 0]]);
		for (const person of people) {
			const on = person.querySelector('input[type="radio"]:checked');
			person.classList.toggle("unmarked", !on);
			const mark = on ? on.value : "";
			marks.set(mark, (marks.get(mark) || 0) + 1);
		}
		for (const b of all("[data-count]", roster)) b.textContent = marks.get(b.dataset.count) || 0;
		let x = 0;
		for (const rect of all("[data-part]", roster)) {
			const width = Math.floor(((marks.get(rect.dataset.part) || 0) * 1000) / people.length);
			rect.setAttribute("x", x);
			rect.setAttribute("width", width);
			x += width;
		}
		const done = roster.querySelector("[data-marked]");
		if (done) done.textContent = people.length - marks.get("");
		const rest = roster.querySelector("[data-mark-rest]");
		if (rest) {
			const words = rest.querySelector("span");
			words.textContent = words.textContent.replace(/\d+/, marks.get(""));
			rest.hidden = marks.get("") === 0;
		}
	}

	// Selecting rows.
	document.addEventListener("change", (e) => {
		const el = e.target;
		if (el.matches("[data-all]")) {
			const scope = el.closest(".list, [data-roster]");
			for (const box of all("[data-row]", scope)) box.checked = el.checked;
			counted(scope);
		} else if (el.matches("[data-row]")) {
			counted(el.closest(".list, [data-roster]"));
		}
		const roster = el.closest("[data-roster]");
		if (roster && el.type === "radio") countRoster(roster);
	});
	document.addEventListener("reset", (e) => {
		const scope = e.target.closest(".list");
		if (!scope || !e.target.matches("[data-bulk]")) return;
		e.preventDefault();
		for (const box of all("[data-row]", scope)) box.checked = false;
		counted(scope);
		const first = scope.querySelector("[data-all]");
		if (first) first.focus();
	});
	function counted(scope) {
		if (!scope) return;
		const rows = all("[data-row]", scope);
		const on = rows.filter((box) => box.checked).length;
		for (const box of all("[data-all]", scope)) {
			box.checked = on > 0 && on === rows.length;
			box.indeterminate = on > 0 && on < rows.length;
		}
		const words = scope.querySelector("[data-selected]");
		if (words && said()) words.textContent = fill(said().dataset.selected, { n: on });
	}

	// Drafts: what is typed is kept on the server, a second and a half after the last key.
	const saves = new Map();
	const saidIn = (form, words) => { for (const spot of all("[data-draft-said]", form)) spot.textContent = words; };
	const clock = () => new Intl.DateTimeFormat(root.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
	async function keep(form) {
		saves.delete(form);
		const body = new URLSearchParams();
		for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
		try {
			const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true });
			saidIn(form, answer.ok ? fill(said().dataset.saved, { time: clock() }) : said().dataset.unsaved);
			if (answer.ok) delete form.dataset.unkept;
		} catch {
			form.dataset.unkept = "1";
			saidIn(form, said().dataset.offline);
		}
	}
	const soon = (e) => {
		const form = e.target.form || (e.target.closest && e.target.closest("form"));
		if (!form || !form.dataset.draft) return;
		clearTimeout(saves.get(form));
		saves.set(form, setTimeout(keep, 1500, form));
	};
	document.addEventListener("input", soon);
	document.addEventListener("change", soon);
	addEventListener("online", () => all("form[data-draft]").forEach((form) => { if (form.dataset.unkept) keep(form); }));
	addEventListener("pagehide", () => { for (const [form, timer] of saves) { clearTimeout(timer); keep(form); } });

	// A signature is drawn with finger, pen or mouse; typing the name is enough without.
	for (const pad of all("[data-sign-pad]")) {
		pad.hidden = false;
		const [svg, path, kept] = ["svg", "path", "input"].map((s) => pad.querySelector(s));
		let strokes = kept.value ? kept.value.split(";") : [], drawing = false;
		const show = () => {
			kept.value = strokes.join(";");
			path.setAttribute("d", strokes.map((s) => "M" + s.replaceAll(" ", "L").replaceAll(",", " ")).join(""));
		};
		const point = (e) => {
			const r = svg.getBoundingClientRect(), on = (v, most) => Math.max(0, Math.min(most, Math.round(v)));
			return `${on((e.clientX - r.left) * 600 / r.width, 600)},${on((e.clientY - r.top) * 200 / r.height, 200)}`;
		};
		svg.addEventListener("pointerdown", (e) => { drawing = true; svg.setPointerCapture(e.pointerId); strokes.push(point(e)); show(); e.preventDefault(); });
		svg.addEventListener("pointermove", (e) => { if (drawing && kept.value.length < 15000) { strokes[strokes.length - 1] += ` ${point(e)}`; show(); } });
		for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { drawing = false; });
		pad.querySelector("[data-sign-clear]").addEventListener("click", () => { strokes = []; show(); });
		show();
	}

	// Dates are said back in full.
	const asked = new WeakMap();
	document.addEventListener("input", (e) => {
		const el = e.target;
		if (!el.dataset || !el.dataset.date || composing(e)) return;
		clearTimeout(asked.get(el));
		asked.set(el, setTimeout(echo, 350, el));
	});
	document.addEventListener("compositionend", (e) => { if (e.target.dataset && e.target.dataset.date) echo(e.target); });
	async function echo(el) {
		const out = document.getElementById(`${el.id}-echo`);
		if (!out) return;
		if (!el.value.trim()) { out.textContent = ""; return; }
		try {
			const answer = await fetch(`${el.dataset.date}?v=${encodeURIComponent(el.value)}`, { headers: { "HX-Request": "true" } });
			const words = (await answer.text()).trim();
			if (answer.ok) {
				out.textContent = words;
				out.toggleAttribute("data-wrong", answer.headers.get("Kizuna-Date") === "wrong");
			}
		} catch { /* the server says it after sending */ }
	}

	// Kana: what the input method shows while a name is typed is its reading.
	let reading = "";
	document.addEventListener("compositionupdate", (e) => { if (/^[ぁ-ゖー]+$/.test(e.data)) reading = e.data; });
	document.addEventListener("compositionend", (e) => {
		if (!reading || !e.target.id) return;
		const kana = document.querySelector(`[data-kana-of="${CSS.escape(e.target.id)}"]`);
		if (kana && (!kana.value || kana.dataset.guessed)) { kana.value += reading; kana.dataset.guessed = "1"; }
		reading = "";
	});
	document.addEventListener("input", (e) => { if (e.isTrusted && e.target.dataset && e.target.dataset.guessed) delete e.target.dataset.guessed; });

	// Exact times on hover and focus.
	const exact = (e) => {
		const el = e.target.closest && e.target.closest("[data-exact]");
		if (!el || el.title || !el.dataset.exact) return;
		const time = new Date(el.dataset.exact);
		el.title = Number.isNaN(+time) ? el.dataset.exact : new Intl.DateTimeFormat(root.lang, { dateStyle: "full", timeStyle: "medium" }).format(time);
	};
	document.addEventListener("pointerover", exact);
	document.addEventListener("focusin", exact);

	// The sign-in's end is told two minutes before.
	let idleTimer;
	const idle = () => Number(document.body.dataset.idle || 0);
	function watch() {
		clearTimeout(idleTimer);
		const dialog = document.getElementById("time-out");
		if (!idle() || !dialog) return;
		idleTimer = setTimeout(() => { if (!dialog.open) dialog.showModal(); }, Math.max(10, idle() - 120) * 1000);
	}
	async function keepGoing() {
		const dialog = document.getElementById("time-out");
		try { await fetch(document.body.dataset.keep, { method: "POST", headers: { "HX-Request": "true" } }); } catch { say("offline"); }
		dialog.close();
		watch();
	}
	document.addEventListener("htmx:after:request", watch);
	document.addEventListener("htmx:error", () => say("offline"));
	addEventListener("offline", () => say("offline"));

	// After a swap: faults take the focus, counts are right, and focus that was lost returns to the swapped part.
	let before = null;
	document.addEventListener("htmx:before:swap", () => {
		const el = document.activeElement;
		before = el && el !== document.body ? { name: el.name, href: el.getAttribute("href"), value: el.value, type: el.type } : null;
	});
	document.addEventListener("htmx:after:swap", () => {
		const fault = document.querySelector("[data-focus]");
		if (fault && !fault.dataset.seen) { fault.dataset.seen = "1"; fault.focus(); before = null; return; }
		if (before && document.activeElement === document.body) {
			const same = before.name
				? all(`[name="${CSS.escape(before.name)}"]`).find((el) => !/^(radio|checkbox|submit)$/.test(before.type) || el.value === before.value)
				: before.href && document.querySelector(`a[href="${CSS.escape(before.href)}"]`);
			(same || document.getElementById("main")).focus({ preventScroll: true });
		}
		before = null;
		for (const scope of all(".list, [data-roster]")) counted(scope);
	});

	// At the start.
	const fault = document.querySelector("[data-focus]");
	if (fault) { fault.dataset.seen = "1"; fault.focus(); }
	for (const scope of all(".list, [data-roster]")) if (scope.querySelector("[data-row]:checked")) counted(scope);
	for (const roster of all("[data-roster]")) countRoster(roster);
	for (const tab of all(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
	scrollTo(0, scrollY);
	watch();
})();
