// The filter of the log: empty fields do not go into the address, so that it stays short enough to share.
(function () {
  'use strict';
  var form = document.querySelector('form[role="search"]');
  if (!form) return;
  form.addEventListener('submit', function () {
    Array.prototype.forEach.call(form.querySelectorAll('input, select'), function (field) { if (!field.value) field.disabled = true; });
  });
  // The back button brings the page back as it was left: with fields that are switched off.
  window.addEventListener('pageshow', function () {
    Array.prototype.forEach.call(form.querySelectorAll('[disabled]'), function (field) { field.disabled = false; });
  });
})();
