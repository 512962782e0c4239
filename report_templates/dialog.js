"use strict";
// The dialog beside a page, and what its views are made of. All texts are set as text, never as markup.
var dialog = (function () {
  var box = document.getElementById("panel");
  var title = document.getElementById("panel-title");
  var body = document.getElementById("panel-body");
  var back = document.getElementById("panel-back");
  var trail = [];

  function element(name, options) {
    var made = document.createElement(name);
    var given = options || {};
    if (given.text !== undefined) { made.textContent = given.text; }
    if (given.className) { made.className = given.className; }
    (given.children || []).forEach(function (child) { if (child) { made.appendChild(child); } });
    return made;
  }

  // What stands between back ticks is to be typed.
  function coded(written) {
    var parts = written.split("`");
    return parts.map(function (part, position) {
      return position % 2 && position < parts.length - 1 ? element("code", { text: part, className: "raw" }) : document.createTextNode(part);
    });
  }

  function button(label, action, className) {
    var made = element("button", { text: label, className: className });
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  // Built when it is opened: a machine has a hundred verdicts, and few are read.
  function fold(head, parts) {
    var made = element("details", { children: [element("summary", { children: head })] });
    var filled = false;
    function fill() {
      if (filled) { return; }
      filled = true;
      made.appendChild(element("div", { children: parts() }));
    }
    made.addEventListener("toggle", fill);
    made.fill = fill;
    return made;
  }

  // Opens a fold from elsewhere in the dialog.
  function jump(fold) {
    fold.fill();
    fold.open = true;
    fold.scrollIntoView({ block: "start" });
    fold.querySelector("summary").focus();
  }

  function labelled(pairs) {
    return element("dl", {
      className: "facts",
      children: pairs.map(function (pair) {
        return element("div", { children: [element("dt", { text: pair[0] }), element("dd", { text: pair[1], className: pair[2] ? "raw" : "lines" })] });
      })
    });
  }

  function show() {
    var current = trail[trail.length - 1];
    var view = current.view(current.number);
    title.textContent = view.title;
    body.textContent = "";
    view.parts.forEach(function (part) { if (part) { body.appendChild(part); } });
    back.hidden = trail.length < 2;
    if (!box.open) { box.showModal(); }
    box.scrollTop = 0;
    title.focus();
  }

  function open(view, number) {
    trail.push({ view: view, number: number });
    show();
  }

  function close() { box.close(); }

  function reveal(target) {
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    target.scrollIntoView();
  }

  function address() {
    var written = window.location.hash.slice(1);
    try { return decodeURIComponent(written); } catch (broken) { return written; }
  }

  // `links`: the links that open a view; `viewOf` a link is [view, number] or nothing; `answer` an address says whether it was one of its own.
  function begin(links, viewOf, answer) {
    if (!box || typeof box.showModal !== "function") { return; }
    document.documentElement.classList.add("js");
    back.addEventListener("click", function () { trail.pop(); show(); });
    document.getElementById("panel-close").addEventListener("click", close);
    box.addEventListener("click", function (event) { if (event.target === box) { close(); } });
    box.addEventListener("close", function () { trail = []; });
    document.addEventListener("click", function (event) {
      var link = event.target.closest ? event.target.closest(links) : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      var found = viewOf(link);
      if (!found) { return; }
      event.preventDefault();
      open(found[0], found[1]);
    });
    function follow() {
      var name = address();
      if (answer(name)) { return; }
      var target = name ? document.getElementById(name) : null;
      if (target) { reveal(target); }
    }
    window.addEventListener("hashchange", follow);
    follow();
  }

  function openAlone(view, number) {
    trail = [];
    open(view, number);
  }

  return { begin: begin, button: button, close: close, coded: coded, element: element, fold: fold, jump: jump, labelled: labelled, open: open, openAlone: openAlone };
})();
