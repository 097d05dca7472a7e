"""Where does deciding meet doing? The shell around the pure rooms."""
