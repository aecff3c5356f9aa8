// Sends a file ahead of the form that names it: `loa.upload(file, name, heard)` tells how far it is and what was found in it.
// A connection that breaks off leaves nothing at the station; the same file can be sent again.
(function () {
  'use strict';
  var loa = window.loa;

  function broken() {
    return loa.pick('Mất kết nối khi đang gửi tệp. Chưa ghi gì cả: khi có kết nối lại, bấm “Thử lại”.',
      'The connection broke off while the file was sent. Nothing was recorded: press “Try again” when it is back.');
  }

  // `heard` has: sending(percent), checking(percent), found(answer), failed(words, mayTryAgain). Returns a function that stops it.
  // With sent(id) nothing is looked into: the file is as it came.
  loa.upload = function (file, name, heard) {
    var request = new XMLHttpRequest(), stopped = false, id = null, act = loa.act();
    request.open('POST', '/api/uploads?name=' + encodeURIComponent(name));
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-CSRF-Token', loa.csrf());
    request.setRequestHeader('X-Act', act);
    request.upload.onprogress = function (event) {
      if (event.lengthComputable && !stopped) heard.sending(Math.floor(event.loaded / event.total * 100));
    };
    request.onerror = function () { if (!stopped) heard.failed(broken(), true); };
    request.onload = function () {
      if (stopped) return;
      var answer;
      try { answer = JSON.parse(request.responseText); } catch (e) { answer = {}; }
      if (request.status === 200 && answer.done) { id = answer.object.upload; if (heard.sent) heard.sent(id); else check(); return; }
      heard.failed(loa.sentence(answer.told) || broken(), request.status !== 413);
    };
    request.send(file);

    function check() {
      heard.checking(0);
      loa.send('/api/uploads/' + id + '/check').then(function (answer) {
        if (stopped) return;
        if (answer.done) ask(0); else heard.failed(loa.sentence(answer.told), true);
      });
    }

    function ask(misses) {
      if (stopped) return;
      loa.get('/api/checks/' + id).then(function (found) {
        if (stopped) return;
        if (found.state === 'waiting' || found.state === 'checking') {
          heard.checking(found.percent);
          setTimeout(function () { ask(0); }, 400);
          return;
        }
        found.upload = id;
        heard.found(found);
      }, function (error) {
        if (stopped) return;
        if (error.message === '404' || misses > 20) {
          heard.failed(loa.pick('Tệp không còn ở máy phát thanh, hãy gửi lại.', 'The file is gone at the station, send it again.'), true);
        } else setTimeout(function () { ask(misses + 1); }, 1500);
      });
    }

    return function () {
      stopped = true;
      request.abort();
      if (id) loa.send('/api/uploads/' + id + '/forget');
    };
  };
})();
