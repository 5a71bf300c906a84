// Generated from src/templates by `npm run embed`; a test compares both.
// The texts are a module because that needs no file at run time: sources, dist and any bundle work alike.

/** The Handlebars texts by file name without `.hbs`. */
export const templateTexts = {
  blobs: `# A stored blob is a plain file, verified before it got its name. One that is missing, also if it was evicted this very
# moment, is filled in slices, each asked for once, however many clients wait for it.
location ~ "^/v2/(?<repository>{{patterns.repository}})/blobs/(?<digest>{{patterns.digest}})$" {
  set $answered_by store;
  alias {{layout.store}}/store/repos/{{upstreamHost}}/$repository/$digest;
  default_type application/octet-stream;
  add_header Docker-Distribution-Api-Version registry/2.0 always;
  add_header Docker-Content-Digest $digest;
  add_header ETag '"$digest"';
  add_header X-Entrepot-Cache hit;
  log_not_found off;
  error_page 404 = $blob_miss;
  recursive_error_pages on;
}
location @fill {
  set $answered_by fetcher;
  slice {{slices.sizeBytes}};
  proxy_cache slices;
  proxy_cache_key "$repository|$digest|$slice_range";
  proxy_cache_valid 200 206 5m;
  proxy_cache_lock on;
  proxy_cache_lock_timeout 1h;
  proxy_cache_lock_age 1h;
  proxy_set_header Connection "";
  proxy_set_header Content-Length "";
  proxy_set_header Range $slice_range;
  proxy_pass http://fetcher/v2/$repository/blobs/$digest;
}
location @ask {
  set $answered_by fetcher;
  proxy_pass http://fetcher/v2/$repository/blobs/$digest;
}
`,
  caches: `# \`slices\` only fans out fills that are under way; the fetcher finds and removes its files by key and levels.
# They are the first to go when the volume becomes full.
# \`answers\` takes bursts of manifest requests off the fetcher, which holds them for good.
proxy_cache_path {{slices.path}} levels={{slices.levels}} keys_zone=slices:10m inactive=5m max_size={{slices.maxMiB}}m min_free={{slices.minFreeMiB}}m use_temp_path=off;
proxy_cache_path {{layout.scratch}}/answers levels=1:2 keys_zone=answers:2m inactive=10m max_size=64m use_temp_path=off;
`,
  'default.conf': `# nginx of the registry mirror {{mirrorName}}: hits are files of the store, misses go to the fetcher beside it.
# Relative paths start at nginx's prefix, unix sockets at its working directory, certificates at this file's folder.
# Stop it with SIGQUIT, as the official image does: SIGTERM cuts the pulls that are under way.

worker_processes {{workerProcesses}};
worker_rlimit_nofile {{openFiles}};
pid {{pidFile}};
error_log stderr warn;

events {
  worker_connections {{workerConnections}};
}

http {
  {{> variables}}

  {{> logging}}

  {{> files}}

  {{> caches}}

  {{> fetcher}}

  server {
    {{> serving}}

    {{> methods}}

    {{> local-answers}}

    {{> blobs}}

    {{> manifests}}

    {{> other-paths}}

    {{> failures}}
  }
}
`,
  failures: `# Errors of the fetcher pass as they are; this one is for a fetcher that does not answer at all.
error_page 502 503 504 = @fetcher-down;
location @fetcher-down {
  return 503 '{"errors":[{"code":"UNAVAILABLE","message":"the mirror of {{upstreamHost}} holds no copy, and its fetcher does not answer"}]}';
}
`,
  fetcher: `upstream fetcher {
  server unix:{{layout.sockets}}/fetcher.sock;
  keepalive 32;
}
# Of a client's request only method, path and range go on: no Authorization, no Accept, no body.
proxy_http_version 1.1;
proxy_pass_request_headers off;
proxy_pass_request_body off;
proxy_set_header Connection "";
proxy_set_header Content-Length "";
# How long an answer is kept, and where it comes from, is decided here and not by an upstream's headers.
proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Buffering X-Accel-Charset X-Accel-Expires X-Accel-Limit-Rate X-Accel-Redirect;
proxy_hide_header Docker-Distribution-Api-Version;
proxy_redirect off;
# A range far inside a big blob waits until the upstream has delivered that far.
proxy_read_timeout 15m;
proxy_connect_timeout 2s;
proxy_buffer_size 16k;
proxy_buffers 16 64k;
proxy_busy_buffers_size 128k;
proxy_max_temp_file_size 0;
`,
  files: `# Everything that nginx writes lies in the scratch folder or on the store's volume: the root file system is read-only.
client_body_temp_path {{layout.scratch}}/client-body;
proxy_temp_path {{layout.scratch}}/proxy;
fastcgi_temp_path {{layout.scratch}}/unused;
uwsgi_temp_path {{layout.scratch}}/unused;
scgi_temp_path {{layout.scratch}}/unused;
sendfile on;
tcp_nopush on;
etag off;
types { }
`,
  'local-answers': `location = /health-check {
  access_log off;
  default_type text/plain;
  return 200 "ok\\n";
}
location = /v2/ {
  return 200 '{}';
}
`,
  logging: `# One JSON object per request; statuses are texts because nginx writes \`009\` for HTTP/0.9, which is no JSON number.
log_format json escape=json '{"time":"$time_iso8601","http.request.headers.host":"$http_host",'
  '"http.request.headers.x-forwarded-for":"$http_x_forwarded_for","http.request.method":"$request_method",'
  '"http.request.uri":"$request_uri","http.response.status-code":"$status","http.response.body.bytes":$body_bytes_sent,'
  '"seconds":$request_time,"cache":"$cache","fetcher":"$upstream_http_x_entrepot_cache","username":"$remote_user"}';
access_log {{accessLog}};
`,
  manifests: `# Content behind a digest never changes; a tag may have moved within the fetcher's TTL and is kept for a burst only.
location ~ "^/v2/(?<repository>{{patterns.repository}})/manifests/(?<digest>{{patterns.digest}})$" {
  set $answered_by fetcher;
  proxy_cache answers;
  proxy_cache_key "$request_method|$repository|$digest";
  proxy_cache_convert_head off;
  proxy_cache_valid 200 10m;
  proxy_pass http://fetcher/v2/$repository/manifests/$digest;
}
location ~ "^/v2/(?<repository>{{patterns.repository}})/manifests/(?<tag>{{patterns.tag}})$" {
  set $answered_by fetcher;
  {{#if cachesTags}}
  proxy_cache answers;
  proxy_cache_key "$request_method|$repository|$tag";
  proxy_cache_convert_head off;
  proxy_cache_valid 200 1s;
  {{/if}}
  proxy_pass http://fetcher/v2/$repository/manifests/$tag;
}
`,
  methods: `# A mirror is read-only.
if ($request_method !~ ^(?:GET|HEAD|OPTIONS)$) {
  return 403 '{"errors":[{"code":"DENIED","message":"this mirror is read-only: only GET, HEAD and OPTIONS are answered"}]}';
}
if ($request_method = OPTIONS) {
  return 204;
}
# Clients whose image names carry the mirror's name ask for it as part of the path.
rewrite ^/v2/{{masqueradeHostPattern}}/(?<rest>.*)$ /v2/$rest;
`,
  'other-paths': `# Lists of tags and referrers, and paths of the API that cannot be right: the fetcher knows what to say.
location /v2/ {
  set $answered_by fetcher;
  proxy_pass http://fetcher;
}
location / {
  return 404 '{"errors":[{"code":"UNSUPPORTED","message":"a mirror answers the paths of the registry API below /v2/"}]}';
}
`,
  serving: `# HTTP/2 stays off: 1.22 and 1.30 have no common directive for it, and pulls gain nothing from sharing one connection.
listen {{listen}} ssl;
# Read at the start and at a reload, by which the fetcher brings in a changed pair: no handshake meets halves of two.
ssl_certificate {{certificateFolder}}/tls.crt;
ssl_certificate_key {{certificateFolder}}/tls.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:sessions:4m;
ssl_session_timeout 10m;
# Clients such as containerd connect more often than they ask; a pod that is told to stop would wait for those a minute.
client_header_timeout 10s;
keepalive_timeout 75s;
keepalive_requests 10000;
server_tokens off;
default_type application/json;
add_header Docker-Distribution-Api-Version registry/2.0 always;
set $answered_by local;
`,
  variables: `# A GET of a blob that is not stored fills the store, a HEAD only asks for its size.
map $request_method $blob_miss {
  HEAD @ask;
  default @fill;
}
# What served the request: \`local\`, \`store\`, \`fetcher\`, or nginx's word for an answer that may be cached (HIT, MISS, EXPIRED).
map $upstream_cache_status $cache {
  "" $answered_by;
  default $upstream_cache_status;
}
`,
} as const;
