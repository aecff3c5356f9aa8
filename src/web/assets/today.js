// Hôm nay: counts what is on the air by the station's clock, moves the meter, fills in the day as it goes.
(function () {
  'use strict';
  var loa = window.loa, air = document.getElementById('dang-phat'), next = document.getElementById('sap-toi');
  var day = document.getElementById('lich-ngay'), gio = document.getElementById('gio');
  var timer = null, lost = false, plan = day && day.getAttribute('data-plan');
  function byId(id) { return document.getElementById(id); }
  function set(id, text) { var place = byId(id); if (place && place.textContent !== text) place.textContent = text; }
  function two(n) { return (n < 10 ? '0' : '') + n; }

  function span(ms) {
    var s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h ? h + ':' + two(m) + ':' + two(s % 60) : m + ':' + two(s % 60);
  }
  function number(place, name) { var text = place && place.getAttribute(name); return text ? Number(text) : null; }

  // Four times a second, from what the server said last: nothing is asked for this.
  function count() {
    if (!loa.now || !loa.status || lost) return;
    var now = loa.now();
    if (gio) {
      var local = new Date(now + number(gio, 'data-offset') * 1000);
      set('gio', two(local.getUTCHours()) + ':' + two(local.getUTCMinutes()) + ':' + two(local.getUTCSeconds()));
    }
    var started = number(air, 'data-started'), planned = number(air, 'data-planned'), bar = byId('tien-do');
    if (started === null) { set('da-phat', '–:––'); set('con-lai', '–:––'); if (bar) { bar.max = 1; bar.value = 0; } } else {
      var played = Math.max(0, now - started);
      set('da-phat', span(played));
      set('con-lai', planned === null ? '–:––' : span(planned - played));
      if (bar) { bar.max = planned || 1; bar.value = planned ? Math.min(played, planned) : 0; }
    }
    var at = number(next, 'data-next');
    if (at !== null) {
      var s = Math.max(0, Math.floor((at - now) / 1000));
      set('dem-nguoc', two(Math.floor(s / 3600)) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60));
    }
  }

  function attribute(place, name, value) {
    if (value === null || value === undefined) place.removeAttribute(name); else place.setAttribute(name, String(value));
  }

  // What an open question is about stays what the person saw.
  function isAsked() { return !!document.querySelector('dialog[open], form.on-item[data-busy]'); }

  function buttons(item, waiting) {
    if (isAsked()) return;
    Array.prototype.forEach.call(document.querySelectorAll('form.on-item'), function (form) {
      var skip = form.action.indexOf('/api/skip') > 0, title = item ? item.title || '' : '';
      form.elements.airing.value = item ? item.airing : '';
      form.elements.attempt.value = item ? item.attempt : '';
      form.querySelector('button').disabled = skip ? !item : !item && !waiting;
      form.setAttribute('data-confirm', skip ? loa.pick('Bỏ qua mục “', 'Skip item “') + title + '”?'
        : loa.pick('Dừng “', 'Stop “') + title + loa.pick('”? Phần còn lại của buổi này sẽ không phát.', '”? The rest of this programme will not air.'));
    });
  }

  document.addEventListener('loa:status', function (event) {
    var data = event.detail, status = data.status, item = status.on_air, kind = byId('dang-phat-loai');
    if (!air) { location.reload(); return; }
    var was = air.getAttribute('data-airing');
    attribute(air, 'data-airing', item && item.airing);
    attribute(air, 'data-started', item && data.on_air.started_ms);
    attribute(air, 'data-planned', item && item.planned_ms);
    set('dang-phat-ten', item ? item.title || '?' : loa.pick('Đài đang im lặng', 'Nothing is on the air'));
    set('dang-phat-buoi', item && item.programme_title || '');
    if (kind) { kind.hidden = !item; kind.textContent = item ? data.on_air.kind[loa.vi ? 'vi' : 'en'] : ''; }
    set('cho-phat', status.waiting.length ? loa.pick('Chờ phát: ', 'Waiting: ') + status.waiting.join(', ') : '');
    buttons(item, status.waiting.length > 0);
    if (data.plan !== plan || was !== (item ? item.airing : null)) { plan = data.plan; refresh(100); }
    count();
  });

  document.addEventListener('loa:level', function (event) { needle(event.detail); });

  // Green is only what was measured in the last seconds: without a connection nothing is known.
  document.addEventListener('loa:lost', function () { lost = true; needle({ rms: -120, peak: -120, state: 'lost' }); });

  function needle(level) {
    var width = function (db) { return Math.max(0, Math.min(60, db + 60)); };
    var bar = byId('muc-am-rms'), peak = byId('muc-am-dinh'), word = byId('muc-am-chu');
    if (!bar) return;
    bar.setAttribute('width', width(level.rms));
    peak.setAttribute('x', Math.min(59, width(level.peak)));
    peak.setAttribute('width', level.peak > -60 ? 1 : 0);
    var words = { sound: ['good', loa.pick('có tiếng', 'sound')], quiet: ['off', loa.pick('im lặng', 'silence')], none: ['bad', loa.pick('chưa có tín hiệu', 'no signal')], lost: ['off', loa.pick('không rõ', 'not known')] }[level.state];
    if (word.textContent !== words[1]) { word.textContent = words[1]; word.className = 'chip ' + words[0]; }
  }

  // A row is told before the database has it: its outcome is put there at once, the whole day is looked at a little later.
  document.addEventListener('loa:row', function (event) {
    var row = event.detail, words = row.words[loa.vi ? 'vi' : 'en'], places = day ? day.querySelectorAll('li[data-airing]') : [];
    Array.prototype.forEach.call(places, function (place) {
      if (place.getAttribute('data-airing') !== row.airing || !words) return;
      var chip = place.querySelector(':scope > .chip') || place.lastElementChild;
      chip.className = 'chip ' + ({ aired: 'good', cut: 'warn', interrupted: 'warn', cancelled: 'off' }[row.outcome] || 'bad');
      chip.textContent = words;
    });
    refresh(1200);
  });

  document.addEventListener('loa:back', function () { lost = false; refresh(0); });

  function refresh(after) {
    if (!day) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(function () {
      timer = null;
      fetch('/hom-nay/lich', { headers: { 'Accept': 'text/html' }, credentials: 'same-origin' }).then(function (response) {
        if (!response.ok || response.redirected) throw new Error(String(response.status));
        return response.text();
      }).then(fill).catch(function () { });
    }, after);
  }

  // Puts the day in place; what somebody opened or closed stays so, and the focus where it was.
  function fill(text) {
    var open = {}, focused = document.activeElement && document.activeElement.closest ? document.activeElement.closest('[data-block]') : null;
    var held = focused && day.contains(focused) ? focused.getAttribute('data-block') : null;
    Array.prototype.forEach.call(day.querySelectorAll('details[data-touched]'), function (block) { open[block.getAttribute('data-block')] = block.open; });
    day.innerHTML = text;
    Array.prototype.forEach.call(day.querySelectorAll('details[data-block]'), function (block) {
      var id = block.getAttribute('data-block');
      if (id in open) { block.open = open[id]; block.setAttribute('data-touched', ''); }
      if (id === held) block.querySelector('summary').focus();
    });
    loadNext();
  }
  if (day) day.addEventListener('click', function (event) {
    var summary = event.target.closest ? event.target.closest('summary') : null;
    if (summary) summary.parentNode.setAttribute('data-touched', '');
  });

  // The next programme's card follows the plan too.
  function loadNext() {
    if (!next) return;
    fetch('/hom-nay/sap-toi', { headers: { 'Accept': 'text/html' }, credentials: 'same-origin' }).then(function (response) {
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      return response.text();
    }).then(function (text) {
      var place = document.createElement('div');
      place.innerHTML = text;
      var fresh = place.firstElementChild;
      next.parentNode.replaceChild(fresh, next);
      next = fresh;
      count();
    }).catch(function () { });
  }

  // What became of a press is said beside the button; the page stays as it is and goes on.
  document.addEventListener('loa:answer', function (event) {
    var form = event.target, answer = event.detail, place = byId('tra-loi');
    if (!form.classList || !form.classList.contains('on-item') || answer.status === 401) return;
    event.preventDefault();
    if (!answer.lost) form.elements.act.value = loa.act();
    place.textContent = loa.sentence(answer.told);
    place.classList.toggle('good', !!answer.done);
    place.hidden = !answer.told;
  });

  setInterval(count, 250);
})();
