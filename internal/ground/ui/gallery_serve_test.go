package ui

import (
	"net/http"
	"os"
	"os/signal"
	"testing"
	"time"
)

// TestServeGallery serves the gallery for looking at it: KIZUNA_GALLERY=127.0.0.1:8123 go test -run ServeGallery.
func TestServeGallery(t *testing.T) {
	addr := os.Getenv("KIZUNA_GALLERY")
	if addr == "" {
		t.Skip("KIZUNA_GALLERY is not set")
	}
	mux := http.NewServeMux()
	mux.Handle(AssetRoot, Assets())
	mux.HandleFunc("GET /admin/gallery", Gallery)
	mux.HandleFunc("GET /ui/date", Date)
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	go func() { <-stop; _ = server.Close() }()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		t.Fatal(err)
	}
}
