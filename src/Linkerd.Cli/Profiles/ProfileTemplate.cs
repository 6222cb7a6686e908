namespace Linkerd.Cli.Profiles;

/// <summary>A ServiceProfile with everything that one can hold, to begin from.</summary>
public static class ProfileTemplate
{
    /// <summary>The template for <paramref name="name"/>, as commented YAML that is a valid profile as it stands.</summary>
    public static string Render(ProfileName name) => $$"""
        ### ServiceProfile for {{name.Service}}.{{name.Namespace}} ###
        apiVersion: {{ProfileDocument.ApiVersion}}
        kind: ServiceProfile
        metadata:
          name: {{name.Authority}}
          namespace: {{name.Namespace}}
        spec:
          # The routes of the service. Requests, success rates and latencies are
          # counted by route.
          routes:
          - name: '/authors/{id}'

            # Which requests belong to the route. A request belongs to the first route
            # whose condition it meets.
            condition:
              # A regular expression over the whole path, without the query.
              pathRegex: '/authors/\d+'

              # The method of the request.
              method: POST

              # Several fields must all be met. The same with 'all':
              # all:
              # - pathRegex: '/authors/\d+'
              # - method: POST

              # 'all', 'any' and 'not' combine conditions.
              # any:
              # - all:
              #   - method: POST
              #   - pathRegex: '/authors/\d+'
              # - all:
              #   - not:
              #       method: DELETE
              #   - pathRegex: /info.txt

            # Whether a failed request may be sent again. Set it only where doing the
            # same twice does no harm.
            # isRetryable: true

            # How responses are classified; without it, 500 to 599 are failures.
            responseClasses:

            # The first class whose condition a response meets counts.
            - condition:
                # A range of statuses.
                status:
                  min: 500
                  max: 599

                # With min or max alone, that one status.
                # status:
                #   min: 404

                # Conditions combine here too.
                # all:
                # - status:
                #     min: 500
                #     max: 599
                # - not:
                #     status:
                #       min: 503

              # Whether such a response is a failure.
              isFailure: true

            # How long a response may take, retries included; then the client gets 504.
            # Without it there is no limit of the route's own.
            # timeout: 250ms

          # The retry budget: how many retries the service may get, all routes together.
          # retryBudget:
          #   Retries for each request: 0.2 adds at most a fifth to the load.
          #   retryRatio: 0.2

          #   Retries a second that are allowed besides, for services with few requests.
          #   minRetriesPerSecond: 10

          #   The time over which requests are counted for the ratio.
          #   ttl: 10s

        """;
}
