// The connection to the station: opened while the tab is seen, opened again when it is lost, told to the page as events.
// Every page shows the station's alarms by it.
(function () {
  'use strict';
  var loa = window.loa, source = null, heard = 0, wait = null, lost = false, shown = '';
  if (!window.EventSource) return;

  // The station's clock, by its newest word and the time since then; this machine's own clock may be wrong.
  var base = null;
  loa.now = function () { return base ? base.at + (performance.now() - base.seen) : Date.now(); };

  function tell(name, data) { document.dispatchEvent(new CustomEvent('loa:' + name, { detail: data })); }

  function line(text) {
    var place = document.getElementById('mat-ket-noi');
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  }

  // A page begins with the alarms of that moment. One that comes later stands at the foot of the window, and one that is over
  // keeps its place: nothing that somebody reads or is about to press moves.
  function alarms(list) {
    var place = document.getElementById('bao-dong'), key = JSON.stringify(list);
    if (!place || key === shown) return;
    shown = key;
    var left = list.map(function (alarm) { return loa.vi ? alarm.vi : alarm.en; });
    var slots = Array.prototype.slice.call(place.querySelectorAll('p'));
    // First those that have not changed, then those that say something new in the place of another.
    slots = slots.filter(function (slot) {
      for (var i = 0; i < left.length; i++) if (slot.textContent === left[i].join('')) { left.splice(i, 1); return false; }
      return true;
    });
    slots = slots.filter(function (slot) {
      if (!left.length) return true;
      fill(slot, left.shift());
      return false;
    });
    slots.forEach(function (slot) {
      var late = slot.parentNode.classList.contains('late');
      if (late) slot.parentNode.removeChild(slot); else if (slot.className !== 'notice') {
        slot.className = 'notice';
        slot.firstChild.textContent = loa.pick('Đã hết: ', 'Over: ') + slot.firstChild.textContent;
      }
    });
    var late = place.querySelector('.late');
    if (left.length && !late) {
      late = document.createElement('div');
      late.className = 'late';
      place.appendChild(late);
    }
    left.forEach(function (words) { fill(late.appendChild(document.createElement('p')), words); });
    if (late && !late.firstChild) place.removeChild(late);
    document.body.classList.toggle('has-late', !!place.querySelector('.late'));
  }

  function fill(slot, words) {
    var what = document.createElement('strong');
    what.textContent = words[0];
    slot.className = 'notice bad';
    slot.textContent = '';
    slot.appendChild(what);
    slot.appendChild(document.createTextNode(words[1]));
  }

  function alive() {
    heard = performance.now();
    if (!lost) return;
    lost = false;
    line('');
    tell('back', {});
  }

  function away() {
    if (!lost) tell('lost', {});
    lost = true;
    line(loa.pick('Mất kết nối với máy phát, đang nối lại… Những gì thấy ở đây có thể đã cũ. Đài vẫn tự phát theo lịch.',
      'The connection to the station is lost; trying again… What you see may be old. The station goes on by itself.'));
  }

  function hear(name, act) {
    source.addEventListener(name, function (event) { alive(); act(JSON.parse(event.data)); });
  }

  function open() {
    close();
    heard = performance.now();
    source = new EventSource('/api/events');
    hear('status', function (data) {
      base = { at: data.at_ms, seen: performance.now() };
      loa.status = data;
      alarms(data.alarms);
      tell('status', data);
    });
    // The levels are read past the station's loop: they do not say that it answers.
    source.addEventListener('level', function (event) { heard = performance.now(); if (!lost) tell('level', JSON.parse(event.data)); });
    hear('row', function (data) { tell('row', data); });
    hear('again', function () { tell('back', {}); });
    hear('silent', function () {
      line(loa.pick('Máy phát không trả lời. Hãy chờ một phút; nếu vẫn vậy, báo kỹ thuật viên.',
        'The station does not answer. Wait a minute; if it stays so, call the technician.'));
      lost = true;
      tell('lost', {});
    });
    source.onerror = function () {
      away();
      // A browser gives up by itself when the answer was no stream: signed out, too many pages, a station that starts.
      if (source && source.readyState === 2) { close(); again(); }
    };
  }

  function close() {
    if (source) source.close();
    source = null;
    if (wait) clearTimeout(wait);
    wait = null;
  }

  function again() {
    wait = setTimeout(function () {
      fetch('/api/me', { headers: { 'Accept': 'application/json' }, credentials: 'same-origin' }).then(function (response) {
        if (response.status === 401) location.href = '/dang-nhap?den=' + encodeURIComponent(location.pathname + location.search);
        else open();
      }, function () { again(); });
    }, 2000);
  }

  // A line that broke without a word: a phone that slept, a cable that was pulled.
  setInterval(function () {
    if (document.hidden || !source || performance.now() - heard < 6000) return;
    away();
    open();
  }, 1000);

  document.addEventListener('visibilitychange', function () {
    if (document.hidden) close(); else { lost = true; open(); }
  });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', function (event) { if (event.persisted) open(); });
  if (!document.hidden) open();
})();
