/* Product names, RFC 9110 section 10.2.4, as servers really send them. */
#include "census/product.h"

#include <stdbool.h>
#include <string.h>

/* The spelling that the makers use. Administrators and proxies change the
 * case, rarely the letters. */
static const char *const spellings[] = {
    "AkamaiGHost",
    "AkamaiNetStorage",
    "AliyunOSS",
    "AmazonS3",
    "Apache",
    "Apache-Coyote",
    "BaseHTTP",
    "Caddy",
    "Cherokee",
    "CherryPy",
    "cloudflare",
    "CloudFront",
    "Cowboy",
    "DPS",
    "envoy",
    "Flywheel",
    "GitHub.com",
    "GSE",
    "gunicorn",
    "gws",
    "h2o",
    "Hiawatha",
    "IBM_HTTP_Server",
    "imunify360-webshield",
    "istio-envoy",
    "Jetty",
    "Kestrel",
    "lighttpd",
    "LiteSpeed",
    "Microsoft-HTTPAPI",
    "Microsoft-IIS",
    "Mongrel",
    "Netlify",
    "nginx",
    "openresty",
    "Oracle-HTTP-Server",
    "Pepyaka",
    "Phusion",
    "QRATOR",
    "RomPager",
    "SimpleHTTP",
    "squid",
    "Squarespace",
    "Sucuri",
    "swoole-http-server",
    "Tengine",
    "thttpd",
    "TornadoServer",
    "uvicorn",
    "Varnish",
    "Vercel",
    "waitress",
    "Werkzeug",
    "Zope",
};

static char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

/* Letter case aside, of ASCII, whatever the locale. */
static bool is_same(const char *bytes, size_t size, const char *name)
{
    if (strlen(name) != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (to_lower(bytes[i]) != to_lower(name[i])) {
            return false;
        }
    }
    return true;
}

static bool ends_name(char byte)
{
    return byte == '/' || byte == ' ' || byte == '\t' || byte == '(';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

size_t horo__product_parse(const char *value, size_t size,
                           const char **ret_name)
{
    size_t length = 0;

    while (size > 0 && is_blank(*value)) {
        value++;
        size--;
    }
    while (length < size && !ends_name(value[length])) {
        length++;
    }
    if (length == 0) {
        return 0;
    }
    if (length > HORO__PRODUCT_SIZE_LIMIT) {
        length = HORO__PRODUCT_SIZE_LIMIT;
    }
    *ret_name = value;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (is_same(value, length, spellings[i])) {
            *ret_name = spellings[i];
            break;
        }
    }
    return length;
}
