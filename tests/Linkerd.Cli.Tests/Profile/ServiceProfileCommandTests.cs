using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Tests.Profile;

/// <summary><c>linkerd profile</c> through the command tree, without a cluster.</summary>
public sealed class ServiceProfileCommandTests
{
    [Fact]
    public async Task A_swagger_document_gives_the_profile_of_the_walkthrough()
    {
        var (code, output, error) = await RunAsync(Demo("webapp"), "-n", "booksapp", "profile", "--open-api", "-", "webapp");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            """
            apiVersion: linkerd.io/v1alpha2
            kind: ServiceProfile
            metadata:
              creationTimestamp: null
              name: webapp.booksapp.svc.cluster.local
              namespace: booksapp
            spec:
              routes:
              - condition:
                  method: GET
                  pathRegex: /
                name: GET /
              - condition:
                  method: POST
                  pathRegex: /authors
                name: POST /authors
              - condition:
                  method: GET
                  pathRegex: /authors/[^/]*
                name: GET /authors/{id}
              - condition:
                  method: POST
                  pathRegex: /authors/[^/]*/delete
                name: POST /authors/{id}/delete
              - condition:
                  method: POST
                  pathRegex: /authors/[^/]*/edit
                name: POST /authors/{id}/edit
              - condition:
                  method: POST
                  pathRegex: /books
                name: POST /books
              - condition:
                  method: GET
                  pathRegex: /books/[^/]*
                name: GET /books/{id}
              - condition:
                  method: POST
                  pathRegex: /books/[^/]*/delete
                name: POST /books/{id}/delete
              - condition:
                  method: POST
                  pathRegex: /books/[^/]*/edit
                name: POST /books/{id}/edit

            """, output);
    }

    [Fact]
    public async Task Statuses_retries_and_timeouts_are_taken_over()
    {
        const string api = """
            swagger: "2.0"
            basePath: /v1/
            paths:
              /b.json:
                put:
                  x-linkerd-timeout: 1m30s
                  responses: {"500": {}, "201": {}, default: {}}
                delete: {x-linkerd-retryable: true}
                x-internal: {}
              /a: {patch: {x-linkerd-retryable: false}, options: {}, head: {}, get: {}, trace: {}}
            """;
        var (_, output, _) = await RunAsync(api, "profile", "--open-api", "-", "web", "-n", "shop", "--ignore-cluster");
        Assert.Equal(
            """
            spec:
              routes:
              - condition:
                  method: GET
                  pathRegex: /v1/a
                name: GET /v1/a
              - condition:
                  method: HEAD
                  pathRegex: /v1/a
                name: HEAD /v1/a
              - condition:
                  method: OPTIONS
                  pathRegex: /v1/a
                name: OPTIONS /v1/a
              - condition:
                  method: PATCH
                  pathRegex: /v1/a
                name: PATCH /v1/a
              - condition:
                  method: DELETE
                  pathRegex: /v1/b\.json
                isRetryable: true
                name: DELETE /v1/b.json
              - condition:
                  method: PUT
                  pathRegex: /v1/b\.json
                name: PUT /v1/b.json
                responseClasses:
                - condition:
                    status:
                      max: 201
                      min: 201
                - condition:
                    status:
                      max: 500
                      min: 500
                  isFailure: true
                timeout: 1m30s

            """, output[output.IndexOf("spec:", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task OpenApi_3_in_JSON_has_ranges_and_a_base_from_its_server()
    {
        const string api = """
            {"openapi": "3.1.0",
             "servers": [{"url": "https://{host}/api/{version}", "variables": {"version": {"default": "v2"}}}],
             "paths": {"/users/{name}+x": {"get": {"responses": {"2XX": {}, "5XX": {}}}}}}
            """;
        var (code, output, _) = await RunAsync(api, "profile", "--open-api", "-", "users", "-n", "n", "-o", "json");
        Assert.Equal(0, code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            [{"condition": {"method": "GET", "pathRegex": "/api/v2/users/[^/]*\\+x"}, "name": "GET /api/v2/users/{name}+x", "responseClasses": [
              {"condition": {"status": {"max": 299, "min": 200}}}, {"condition": {"status": {"max": 599, "min": 500}}, "isFailure": true}]}]
            """), JsonNode.Parse(output)!["spec"]!["routes"]), output);
    }

    [Theory]
    [InlineData("a: [", "the OpenAPI document is neither YAML nor JSON: line ")]
    [InlineData("", "the OpenAPI document is empty or no mapping")]
    [InlineData("swagger: '2.0'", "the OpenAPI document has no paths")]
    [InlineData("paths: []", "paths: must be a mapping")]
    [InlineData("paths: {books: {get: {}}}", "paths: 'books' must begin with '/'")]
    [InlineData("paths: {/books: get}", "paths./books: must be a mapping")]
    [InlineData("paths: {/books: {get: yes}}", "paths./books.get: must be an operation")]
    [InlineData("paths: {/books: {$ref: other.yml}}", "paths./books.$ref: references are not followed")]
    [InlineData("paths: {'/b/{id': {get: {}}}", "'/b/{id' opens a parameter with '{' and does not close it")]
    [InlineData("paths: {/b: {get: {x-linkerd-retryable: 'true'}}}", "paths./b.get.x-linkerd-retryable: \"true\" must be true or false, without quotes")]
    [InlineData("paths: {/b: {get: {x-linkerd-timeout: 300}}}", "paths./b.get.x-linkerd-timeout: 300 must be a duration with its unit, such as 250ms")]
    [InlineData("paths: {/b: {get: {x-linkerd-timeout: soon}}}", "paths./b.get.x-linkerd-timeout: \"soon\" must be a duration")]
    [InlineData("paths: {/b: {get: {responses: [200]}}}", "paths./b.get.responses: must be a mapping")]
    [InlineData("paths: {/b: {get: {responses: {'600': {}}}}}", "paths./b.get.responses: '600' must be a status from 100 to 599, a range such as 5XX, or default")]
    [InlineData("{basePath: 1, paths: {}}", "basePath: 1 must be text")]
    public async Task A_wrong_document_names_field_value_and_fix(string api, string expected)
    {
        var (code, output, error) = await RunAsync(api, "profile", "--open-api", "-", "web");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("--open-api -: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proto_file_gives_a_route_for_each_rpc()
    {
        const string proto = """
            /* A comment with service Not { rpc Found (A) returns (B); } */
            syntax = "proto3"; // rpc
            package shop.v1;
            import "google/api/annotations.proto";
            option java_package = "service X { rpc";
            message Item { string service = 1; map<string, int32> rpc = 2; oneof kind { Item a = 3; } enum E { A = 0; } }
            service Cart {
              option deprecated = true;
              rpc Add (Item) returns (Item);
              rpc Watch (stream .shop.v1.Item) returns (stream shop.v1.Item) {}
              rpc List (Item) returns (Item) {
                option (google.api.http) = { get: "/v1/{name=a/*}" additional { get: "}" } };
                option idempotency_level = NO_SIDE_EFFECTS;
              };
              rpc Put (Item) returns (Item) { option idempotency_level = IDEMPOTENT; }
              rpc Buy (Item) returns (Item) { option idempotency_level = IDEMPOTENCY_UNKNOWN; }
            }
            """;
        var (code, output, error) = await RunAsync(proto, "profile", "--proto", "-", "cart", "-n", "shop");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            """
            apiVersion: linkerd.io/v1alpha2
            kind: ServiceProfile
            metadata:
              creationTimestamp: null
              name: cart.shop.svc.cluster.local
              namespace: shop
            spec:
              routes:
              - condition:
                  method: POST
                  pathRegex: /shop\.v1\.Cart/Add
                name: Add
              - condition:
                  method: POST
                  pathRegex: /shop\.v1\.Cart/Watch
                name: Watch
              - condition:
                  method: POST
                  pathRegex: /shop\.v1\.Cart/List
                isRetryable: true
                name: List
              - condition:
                  method: POST
                  pathRegex: /shop\.v1\.Cart/Put
                isRetryable: true
                name: Put
              - condition:
                  method: POST
                  pathRegex: /shop\.v1\.Cart/Buy
                name: Buy

            """, output);
    }

    [Fact]
    public async Task Rpcs_that_share_a_name_are_told_apart_by_their_service()
    {
        var (_, output, _) = await RunAsync("service A { rpc Get(M) returns (M); rpc One(M) returns (M); } service B { rpc Get(M) returns (M); }", "profile", "--proto", "-", "web", "-o", "json");
        Assert.Equal(["A.Get", "One", "B.Get"], JsonNode.Parse(output)!["spec"]!["routes"]!.AsArray().Select(r => r!["name"]!.GetValue<string>()));
        Assert.Equal("/A/Get", JsonNode.Parse(output)!["spec"]!["routes"]![0]!["condition"]!["pathRegex"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("message M {}", "the .proto file has no rpc")]
    [InlineData("service A {", "line 1: service A has no closing '}'")]
    [InlineData("service A {\n rpc Get M", "line 2: expected '(' after rpc Get, found 'M'")]
    [InlineData("service A {\n rpc Get(M) M", "line 2: expected 'returns' after the request of rpc Get, found 'M'")]
    [InlineData("service A { rpc Get(M) returns (M) {", "line 1: the options of rpc Get have no closing '}'")]
    [InlineData("service { }", "line 1: expected the name of a service, found '{'")]
    [InlineData("\n\n/* no end", "line 3: the comment that begins here does not end")]
    [InlineData("option x = \"no end\n\";", "line 1: the string that begins here does not end")]
    [InlineData("message M { string a = 1;", "line 1: 1 '{' are not closed")]
    [InlineData("} service A {}", "line 1: '}' closes nothing")]
    [InlineData("package 7;", "line 1: expected the name of a package, found '7'")]
    public async Task A_wrong_proto_file_names_the_line(string proto, string expected)
    {
        var (code, output, error) = await RunAsync(proto, "profile", "--proto", "-", "web");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_is_a_profile_as_it_stands()
    {
        var (code, output, _) = await RunAsync("", "profile", "-n", "emojivoto", "web-svc", "--template");
        Assert.Equal(0, code);
        Assert.StartsWith("### ServiceProfile for web-svc.emojivoto ###\napiVersion: linkerd.io/v1alpha2\nkind: ServiceProfile\n", output, StringComparison.Ordinal);
        var profile = KubernetesYaml.Read(output)!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"apiVersion": "linkerd.io/v1alpha2", "kind": "ServiceProfile",
             "metadata": {"name": "web-svc.emojivoto.svc.cluster.local", "namespace": "emojivoto"},
             "spec": {"routes": [{"name": "/authors/{id}", "condition": {"pathRegex": "/authors/\\d+", "method": "POST"},
               "responseClasses": [{"condition": {"status": {"min": 500, "max": 599}}, "isFailure": true}]}]}}
            """), profile), profile.ToJsonString());
        foreach (var field in (string[])["isRetryable", "timeout", "retryBudget", "retryRatio", "minRetriesPerSecond", "ttl", "all", "any", "not"])
            Assert.Contains(field + ":", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("profile web", "You must specify exactly one of --template or --open-api or --proto")]
    [InlineData("profile web --template --proto x", "You must specify exactly one of --template or --open-api or --proto")]
    [InlineData("profile Web --template", "invalid service \"Web\"")]
    [InlineData("profile web.shop --template", "its namespace goes to -n")]
    [InlineData("profile web --template -n No", "invalid namespace \"No\"")]
    [InlineData("profile web --open-api /nonexistent.yml", "/nonexistent.yml: no such file")]
    public async Task Wrong_flags_say_what_to_write(string line, string expected)
    {
        var (code, output, error) = await RunAsync("", line.Split(' '));
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static string Demo(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "booksapp", name + ".swagger"));

    private static Task<(int Code, string Out, string Error)> RunAsync(string input, params string[] arguments) =>
        CliRunner.RunAsync(input, [.. arguments, "--kubeconfig", "/nonexistent/kubeconfig"]);
}
