package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
	"github.com/sirupsen/logrus"
)

// serveRegistry answers the OCI distribution API until the context ends. It prints `listening on ADDRESS` once it
// accepts connections, so that a caller may ask for port 0.
func serveRegistry(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	address := flags.String("listen", "127.0.0.1:0", "address to listen on")
	root := flags.String("root", "", "folder that keeps the content; in memory when empty")
	certificate := flags.String("tls-cert", "", "certificate file; plain HTTP when empty")
	key := flags.String("tls-key", "", "key file of the certificate")
	account := flags.String("basic-auth", "", "USER:PASSWORD that every request must carry; none when empty")
	verbose := flags.Bool("verbose", false, "log every request to standard output")
	if err := flags.Parse(args); err != nil {
		return err
	}
	logrus.SetOutput(io.Discard)
	if *verbose {
		logrus.SetOutput(os.Stdout)
	}

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	var handler http.Handler = handlers.NewApp(ctx, registryConfiguration(*root))
	if *account != "" {
		handler = onlyFor(*account, handler)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("listening on %s\n", listener.Addr())
	if *certificate == "" {
		err = server.Serve(listener)
	} else {
		err = server.ServeTLS(listener, *certificate, *key)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// onlyFor lets requests through that carry this account, USER:PASSWORD, and asks all others for it.
func onlyFor(account string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		user, password, _ := request.BasicAuth()
		if user+":"+password == account {
			next.ServeHTTP(writer, request)
			return
		}
		writer.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		http.Error(writer, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
	})
}

// registryConfiguration is a registry without authentication that also deletes, on disk or in memory.
func registryConfiguration(root string) *configuration.Configuration {
	driver, parameters := "inmemory", configuration.Parameters{}
	if root != "" {
		driver, parameters = "filesystem", configuration.Parameters{"rootdirectory": root}
	}
	config := &configuration.Configuration{Version: configuration.CurrentVersion}
	// As many as crane asks for; without a number none may be asked for.
	config.Catalog.MaxEntries = 1000
	config.Storage = configuration.Storage{
		driver:   parameters,
		"delete": configuration.Parameters{"enabled": true},
		"maintenance": configuration.Parameters{
			"uploadpurging": map[interface{}]interface{}{"enabled": false},
		},
	}
	return config
}
