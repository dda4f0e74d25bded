/* Server header values to products. */
#include "census/product.h"

#include <string.h>

#include "harness.h"

static const char *product(const char *value)
{
    static char name[HORO__PRODUCT_SIZE_LIMIT + 1];
    const char *start = NULL;
    size_t size = horo__product_parse(value, strlen(value), &start);

    memcpy(name, start ? start : "", size);
    name[size] = '\0';
    return name;
}

static void a_product_ends_before_version_and_comment(void)
{
    CHECK_TEXT(product("nginx"), "nginx");
    CHECK_TEXT(product("nginx/1.24.0 (Ubuntu)"), "nginx");
    CHECK_TEXT(product("Apache (Ubuntu)"), "Apache");
    CHECK_TEXT(product("Apache/2.4.57 (Debian) PHP/8.2"), "Apache");
    CHECK_TEXT(product("Apache\tx"), "Apache");
    CHECK_TEXT(product("Jetty(9.4.53)"), "Jetty");
    CHECK_TEXT(product("Microsoft-IIS/10.0"), "Microsoft-IIS");
    CHECK_TEXT(product("  nginx  "), "nginx");
}

static void known_products_have_one_spelling(void)
{
    CHECK_TEXT(product("NGINX/1.2"), "nginx");
    CHECK_TEXT(product("apache"), "Apache");
    CHECK_TEXT(product("Litespeed"), "LiteSpeed");
    CHECK_TEXT(product("CLOUDFLARE"), "cloudflare");
    CHECK_TEXT(product("lightTPD/1.4"), "lighttpd");
    CHECK_TEXT(product("caddy"), "Caddy");
}

static void derivatives_are_products_of_their_own(void)
{
    CHECK_TEXT(product("openresty/1.21.4.1"), "openresty");
    CHECK_TEXT(product("Tengine"), "Tengine");
    CHECK_TEXT(product("cloudflare-nginx"), "cloudflare-nginx");
    CHECK_TEXT(product("Apache-Coyote/1.1"), "Apache-Coyote");
    CHECK_TEXT(product("nginx2"), "nginx2");
}

static void unknown_products_stay_as_they_are(void)
{
    CHECK_TEXT(product("MyServer/1"), "MyServer");
    CHECK_TEXT(product("'; drop table servertypes; --"), "';");
    CHECK_TEXT(product("\xd1\x85\xd0\xbe/1"), "\xd1\x85\xd0\xbe");
}

static void a_value_without_a_name_names_none(void)
{
    CHECK_TEXT(product(""), "");
    CHECK_TEXT(product("   "), "");
    CHECK_TEXT(product("(none)"), "");
    CHECK_TEXT(product("/1.0"), "");
}

static void long_names_are_cut(void)
{
    char value[300];

    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    CHECK_NUMBER(strlen(product(value)), HORO__PRODUCT_SIZE_LIMIT);
}

int main(void)
{
    RUN(a_product_ends_before_version_and_comment);
    RUN(known_products_have_one_spelling);
    RUN(derivatives_are_products_of_their_own);
    RUN(unknown_products_stay_as_they_are);
    RUN(a_value_without_a_name_names_none);
    RUN(long_names_are_cut);
    return tap_end();
}
