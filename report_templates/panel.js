"use strict";
// The panel of an agency's page: what is known of one machine, verdict by verdict.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var words = data.words;
  var anchors = {};
  var element = dialog.element;
  var fold = dialog.fold;
  var labelled = dialog.labelled;
  data.machines.forEach(function (machine, number) { anchors[text(machine.id)] = number; });

  function text(number) { return data.texts[number]; }

  // Which piece of evidence a fact is from, and in which section of it.
  function origin(machine, fact) {
    var pieces = machine.origins && machine.origins[fact];
    var piece = pieces ? pieces[0] : 0;
    var place = fact < 0 ? -1 : (data.places[machine.places[piece]] || [])[fact];
    return { piece: piece, section: place === undefined ? -1 : place };
  }

  function source(machine, fact, sections) {
    var from = origin(machine, fact);
    if (from.section < 0) { return null; }
    var found = sections[from.piece + " " + from.section];
    var said = words.from.replace("{name}", text(from.section)) + (machine.pieces.length > 1 ? " · " + text(machine.pieces[from.piece][0]) : "");
    var parts = [document.createTextNode(said + " ")];
    if (found) {
      parts.push(dialog.button(words.show_section, function () { dialog.jump(found); }, "linklike"));
    }
    return element("span", { className: "from", children: parts });
  }

  function value(name, said, origin, className) {
    return element("div", { children: [element("dt", { text: name }), element("dd", { children: [element("span", { text: said, className: className }), origin] })] });
  }

  function verdict(number, machine, sections) {
    var row = data.rows[number];
    var check = data.checks[row[0]];
    var kind = data.verdicts[row[1]];
    var head = [element("span", { text: kind[1], className: "v " + kind[0] }), document.createTextNode(" – " + check[0])];
    if (row[7] !== undefined) { head.push(element("span", { text: " " + text(row[7]), className: "waived" })); }
    row[2].forEach(function (said) { head.push(element("span", { text: text(said), className: "said" })); });
    row[4].forEach(function (missing) {
      head.push(element("span", { text: words.missing + ": " + text(missing[0]) + " – " + text(missing[1]), className: "said v unknown" }));
    });
    return fold(head, function () {
      var parts = [];
      if (row[5] && machine.pieces.length === 1) { parts.push(element("p", { className: "small", text: text(machine.pieces[0][0]) })); }
      else if (row[5]) { parts.push(element("p", { className: "small", text: words.grade + " " + row[5] })); }
      if (row[3].length) {
        parts.push(element("b", { text: words.values }));
        parts.push(element("dl", { className: "facts", children: row[3].map(function (place) {
          var found = data.values[place];
          return value(found[0] < 0 ? "" : data.facts[found[0]], text(found[1]), source(machine, found[0], sections), "lines");
        }) }));
      }
      if (row[4].length) {
        parts.push(element("b", { text: words.missing }));
        parts.push(element("dl", { className: "facts", children: row[4].map(function (missing) {
          return value(text(missing[0]), text(missing[1]), source(machine, missing[2], sections), "v unknown");
        }) }));
      }
      if (row[6] !== undefined && row[6] >= 0) { parts.push(element("p", { text: words.defect + ": " + text(row[6]), className: "v fail" })); }
      [[words.what, 1], [words.why, 2], [words.verify, 3]].forEach(function (line) {
        if (check[line[1]]) { parts.push(element("p", { className: "small", children: [element("b", { text: line[0] + ": " })].concat(dialog.coded(check[line[1]])) })); }
      });
      (kind[0] === "pass" ? [] : check[4] || []).forEach(function (fix) {
        parts.push(element("p", { className: "small", children: [element("b", { text: words.fix + " (" + fix[0] + "): " })].concat(dialog.coded(fix[1])) }));
      });
      return parts;
    });
  }

  function section(row) {
    return fold([element("span", { text: text(row[0]), className: "raw" }), document.createTextNode(" · " + text(row[1]))], function () {
      if (row[5]) { return [element("p", { text: words.cells, className: "small" }), labelled(row[5].map(function (cell) { return [text(cell[0]), text(cell[1])]; }))]; }
      var shown = element("pre", { text: row[2] || words.empty });
      shown.tabIndex = 0;
      return [shown, row[3] ? element("p", { text: words.cut, className: "small" }) : null];
    });
  }

  function conflict(row) {
    return element("div", { className: "conflict", children: [element("b", { text: text(row[0]) }), labelled([[words.counts, text(row[1])], [words.against, text(row[2])]])] });
  }

  function verdicts(machine, sections) {
    var kinds = data.verdicts.map(function () { return []; });
    (machine.rows || []).forEach(function (number) { kinds[data.rows[number][1]].push(number); });
    var parts = [element("h3", { text: words.verdicts })];
    ["fail", "unknown", "manual", "pass"].forEach(function (name) {
      data.verdicts.forEach(function (kind, place) {
        if (kind[0] !== name || !kinds[place].length) { return; }
        var shown = function () { return kinds[place].map(function (number) { return verdict(number, machine, sections); }); };
        // What is in order is many lines and one glance: folded.
        if (name !== "pass") { parts = parts.concat(shown()); return; }
        parts.push(fold([element("span", { text: kind[1], className: "v pass" }), document.createTextNode(" (" + kinds[place].length + ")")], shown));
      });
    });
    var apart = data.sets[machine.na] || [];
    data.verdicts.forEach(function (kind) {
      if (kind[0] !== "not_applicable" || !apart.length) { return; }
      parts.push(fold([element("span", { text: kind[1], className: "v" }), document.createTextNode(" (" + apart.length + ")")], function () {
        return [element("ul", { children: apart.map(function (check) { return element("li", { text: data.checks[check][0] }); }) })];
      }));
    });
    return parts;
  }

  function piece(row) {
    return fold([document.createTextNode(text(row[0]))], function () {
      var pairs = (row[5] || []).map(function (pair) { return [text(pair[0]), text(pair[1]), pair[2]]; });
      [[words.number, row[1]], [words.size, row[2]], [words.digest, row[3], true], [words.chain, row[4], true]].forEach(function (pair) {
        if (pair[1] && pair[1] !== "0") { pairs.push(pair); }
      });
      return [labelled(pairs)];
    });
  }

  function machineView(number) {
    var machine = data.machines[number];
    var about = machine.about.map(function (pair) { return [text(pair[0]), text(pair[1])]; });
    var parts = [machine.of === undefined ? null : element("p", { className: "small", text: text(machine.of) }), machine.lab ? element("p", { children: [element("span", { className: "lab", text: words.lab })] }) : null, labelled(about)];
    var sections = {};
    var shown = (machine.sections || []).map(function (row) {
      var made = section(row);
      sections[row[4] + " " + row[0]] = made;
      return made;
    });
    if (machine.conflicts) { parts = parts.concat([element("h3", { text: words.conflicts })], machine.conflicts.map(conflict)); }
    if (machine.rows === undefined) { parts.push(element("p", { text: words.unseen })); return { title: text(machine.name), parts: parts }; }
    parts = parts.concat(verdicts(machine, sections));
    parts.push(element("h3", { text: words.sections }));
    parts = parts.concat(shown.length ? shown : [element("p", { text: words.no_sections, className: "small" })]);
    parts.push(element("h3", { text: words.pieces }));
    parts = parts.concat(machine.pieces.map(piece));
    (machine.left || []).forEach(function (said) { parts.push(element("p", { className: "small", text: words.left + ": " + text(said) })); });
    return { title: text(machine.name), parts: parts };
  }

  function viewOf(link) {
    var number = anchors["machine-" + link.getAttribute("data-machine")];
    return number === undefined ? null : [machineView, number];
  }

  // A machine of this page, or one whose details stand in a further page of the agency.
  function answer(name) {
    if (Object.prototype.hasOwnProperty.call(anchors, name)) {
      dialog.openAlone(machineView, anchors[name]);
      return true;
    }
    var away = data.elsewhere && name.indexOf("machine-") === 0 && Object.prototype.hasOwnProperty.call(data.elsewhere, name.slice(8)) ? data.elsewhere[name.slice(8)] : null;
    if (away) { window.location.href = encodeURI(away) + "#" + encodeURIComponent(name); }
    return Boolean(away);
  }

  dialog.begin("a[data-machine]", viewOf, answer);
})();
